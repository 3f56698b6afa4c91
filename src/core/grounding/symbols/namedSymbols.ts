/** Names of code in a question: what is written as no word of a language is. Pure. */

/** A question that names more asks about how they work together, which the words of the question find. */
const mostNames = 4;
/** Shorter ones are variables of a few lines, of which a workspace has hundreds. */
const shortestName = 3;

/** In backticks, perhaps with what it stands in and with what it is called with: `Router.add(path)`. */
const quoted = /`([^`\n]{1,200})`/g;
const wholePath = /^(?:[\p{L}_$][\p{L}\p{N}_$]*(?:\.|::|#|->))*([\p{L}_$][\p{L}\p{N}_$]*)(?:\(.*\))?$/u;
/** What a name stands in, its last part, and whether it is called. */
const path =
  /(?<![\p{L}\p{N}_$./\\-])(?:[\p{L}_$][\p{L}\p{N}_$]*(?:\.|::|#|->))*([\p{L}_$][\p{L}\p{N}_$]*)(\(?)/gu;
/** `camelCase`, `PascalCase` of two parts or more, `snake_case`, `CONSTANT_CASE`; not an acronym or a plural of one. */
const compound = /\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}{2}|[\p{L}\p{N}]_[\p{L}\p{N}]/u;

/** In the order in which they are named, each once; of `Router.add` it is `add`. */
export function namesIn(question: string): string[] {
  const found = new Set<string>();
  const plain = question.replace(quoted, (_, inside: string) => {
    const last = wholePath.exec(inside.trim())?.[1];
    if (last !== undefined) found.add(last);
    return ' ';
  });
  for (const { 0: whole, 1: last = '', 2: call, index } of plain.matchAll(path)) {
    const isFolder = plain[index + whole.length] === '/';
    if (isFolder) continue;
    if (call === '(' || compound.test(last)) found.add(last);
  }
  return [...found].filter(({ length }) => length >= shortestName).slice(0, mostNames);
}
