/** Words of code and prose in the form in which they are compared. */
import porter2 from 'wink-porter2-stemmer';

/** Words: letters, digits and underscores of any script. */
const word = /[\p{L}\p{N}_$]+/gu;
/** Parts of `parseHTTPHeader2`, `max_upload`: runs of capitals, capitalised words, lower case, digits, other scripts. */
const part = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}]+|\p{Lt}\p{Ll}*|\p{N}+/gu;
/** Scripts written without spaces are compared by pairs of neighbouring characters. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{2,}/u;

/** Longer words are hashes, keys and encoded data; nobody asks for them by heart. */
const longestWord = 64;

/**
 * The terms of a text in order, repeated as they occur: lower case, stemmed, identifiers both whole and in parts.
 * A question and the passage that answers it go through the same function.
 */
export function terms(text: string): string[] {
  const result: string[] = [];
  for (const [found] of text.matchAll(word)) {
    if (found.length > longestWord) continue;
    if (unspaced.test(found)) {
      result.push(...pairs(found));
      continue;
    }
    const parts = found.match(part) ?? [];
    for (const piece of parts) result.push(stem(piece.toLowerCase()));
    if (parts.length > 1) result.push(found.toLowerCase());
  }
  return result;
}

const pairs = (text: string): string[] => {
  const characters = [...text.toLowerCase()];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
};

/** A workspace has some ten thousand different words; beyond that the memory is not worth the time it saves. */
const rememberedStems = 50_000;
const stems = new Map<string, string>();

function stem(lower: string): string {
  // Shorter words have no suffix to lose, and English suffixes say nothing about other scripts.
  if (lower.length < 3 || !/^[a-z]+$/.test(lower)) return lower;
  const known = stems.get(lower);
  if (known !== undefined) return known;
  const made = porter2(lower);
  if (stems.size >= rememberedStems) stems.clear();
  stems.set(lower, made);
  return made;
}

/** Words of English that questions are made of and that say nothing about what is asked for. */
const stopWords = new Set(
  terms(
    `a about after again all also am an and any are as at be because been before being between both but by can could
    did do does doing done down each else ever few find for from further get gets got had happen happens has have having
    he her here him his how i if in into is isn it its itself just let like long made make makes many may me might more
    most much must my need no not now of off on once one only or other our out over own please same shall she should show
    so some someone something such tell than that the their them then there these they thing this those through to too
    under until up us use used uses using very want was way we were what when where whether which while who whom whose why
    will with without work works would you your`,
  ),
);

/** The terms a question asks for, each once, in order. Empty when it only has words such as "what does this do". */
export function questionTerms(question: string): string[] {
  return [...new Set(terms(question))].filter((term) => !stopWords.has(term));
}
