/** What in a sentence can be told from its surface: paths, identifiers, names, numbers. Pure. */

const fileEnding =
  'tsx?|jsx?|mjs|cjs|json|md|py|rb|go|rs|java|kt|swift|c|h|cpp|hpp|cs|php|sh|sql|ya?ml|toml|css|scss|html|vue|svelte|txt|csv|lock|env|xml';
const path = new RegExp(
  String.raw`(?<![\w/:.@-])(?:\.{0,2}/)?(?:[\w@.-]+/)+[\w@.-]*\w|(?<![\w/.@-])[\w-]+(?:\.[\w-]+)*\.(?:${fileEnding})\b(?!\()`,
  'g',
);

export const pathsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(path)].map(([found]) => found).filter((found) => /[a-z]/i.test(found))),
];

const identifier =
  /`([^`\n]{2,60})`|\b([a-z]+(?:[A-Z][a-z0-9]+)+|[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+|[a-z0-9]+(?:_[a-z0-9]+)+|[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)\b|\b(\w+)\(\)/g;

/** Names of code as people write them; paths are not among them. */
export const identifiersIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(identifier)]
      .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
      .filter((found) => /^[\w$.#-]+(?:\(\))?$/.test(found) && pathsIn(found).length === 0),
  ),
];

/** Names of what a piece of code declares. */
export const declaredIn = (code: string): string[] => [
  ...new Set(
    [
      ...code.matchAll(
        /\b(?:function|class|interface|type|enum|const|let|def|fn|func|struct|trait)\s+\*?([A-Za-z_$][\w$]{2,})/g,
      ),
    ].map((match) => match[1] ?? ''),
  ),
];

const word = String.raw`\p{Lu}[\p{L}\p{N}'’-]+`;
const name = new RegExp(
  // What begins a sentence is capitalised anyway; two such words are a name there too.
  String.raw`^${word}(?:\s${word})+|(?<=[\p{Ll}\p{N},;:)]\s)${word}(?:\s${word})*`,
  'gu',
);

/** Capitalised words within a sentence; two letters are a unit rather than a name. */
export const namesIn = (sentence: string): string[] => [
  ...new Set([...sentence.matchAll(name)].map(([found]) => found).filter((found) => /\p{L}{3}/u.test(found))),
];

const number =
  /(?<![\w.])\d[\d.,:/-]*\d?%?|\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b/g;

export const numbersIn = (sentence: string): string[] =>
  [...sentence.matchAll(number)].map(([found]) => found);
