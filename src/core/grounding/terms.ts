/** Words of code and prose in the form in which they are compared. */
import porter2 from 'wink-porter2-stemmer';

/** Words: letters, digits and underscores of any script. */
const word = /[\p{L}\p{N}_$]+/gu;
/** Parts of `parseHTTPHeader2`, `max_upload`: runs of capitals, capitalised words, lower case, digits, other scripts. */
const part = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}]+|\p{Lt}\p{Ll}*|\p{N}+/gu;
/** Scripts written without spaces are compared by pairs of neighbouring characters. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{2,}/u;

/** Lower case English, which has no parts. */
const plain = /^[a-z]+$/;

/** Before an identifier as a whole, so that it is not taken for a word. */
const wholeMark = '=';

/** Longer words are hashes, keys and encoded data; nobody asks for them by heart. */
const longestWord = 64;

/**
 * The terms of a text in order, repeated as they occur: lower case, stemmed, identifiers both whole and in parts.
 * A question and the passage that answers it go through the same function.
 */
export function terms(text: string): string[] {
  const result: string[] = [];
  eachWord(text, (found) => result.push(...termsOfWord(found)));
  return result;
}

/** Characters of ASCII that are part of words. */
const inWords = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w$]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Calls `visit` for each word of a text. Most text is ASCII, whose words are found without a pattern in a third of the time. */
export function eachWord(text: string, visit: (word: string) => void): void {
  let start = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= 128) {
      // A word may go on beyond here, so that all from its beginning is looked at again.
      for (const [found] of text.slice(start < 0 ? at : start).matchAll(word)) visit(found);
      return;
    }
    if (inWords[code] === 1) {
      if (start < 0) start = at;
    } else if (start >= 0) {
      visit(text.slice(start, at));
      start = -1;
    }
  }
  if (start >= 0) visit(text.slice(start));
}

/** The terms of one word as `eachWord` finds it; none of one that is too long. */
export function termsOfWord(found: string): string[] {
  if (found.length > longestWord) return [];
  // Most words are of one part, and take half the time when they are not looked at for more.
  if (plain.test(found)) return [stem(found)];
  if (unspaced.test(found)) return pairs(found);
  const parts = found.match(part) ?? [];
  const result = parts.map((piece) => stem(piece.toLowerCase()));
  if (parts.length > 1) result.push(`${wholeMark}${found.toLowerCase()}`);
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
  if (lower.length < 3 || !plain.test(lower)) return lower;
  const known = stems.get(lower);
  if (known !== undefined) return known;
  const made = porter2(lower);
  if (stems.size >= rememberedStems) stems.clear();
  stems.set(lower, made);
  return made;
}

/** Function words of English and the words that frame a question; they say nothing about what is asked for. */
const stopWords = new Set(
  terms(
    `a about after again all also am an and any are as at be because been before being both but by can could did do does
    doing each else ever every few for from get gets got had happen happens has have having he her here his how i if in
    into is isn it its itself just let many may me might more most much must my no not now of off on once only or other
    our out over own please same shall she should so some someone something such than that the their them then there
    these they thing this those through to too until up us use used uses using very was way we were what when where
    whether which while who whom whose why will with would you your`,
  ),
);

export const isStopWord = (term: string) => stopWords.has(term);
