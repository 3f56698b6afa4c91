/**
 * How terms are named in a part that is stored. Words of letters stand as they are, since questions ask how words begin.
 * All others (identifiers, numbers, what may be a key or a password) stand as 64 bits of a hash: they can be looked
 * for by who knows them, and not be read.
 */

/** Words of people have no more letters; what has may be drawn by chance. */
const plainWord = /^[a-z]{1,20}$/;

export const isReadable = (term: string): boolean => plainWord.test(term);

/** Source: cyrb53 by bryc, with all of its 64 bits. Two terms of a million have the same one in ten million indexes. */
export function hashOf(term: string): { high: number; low: number } {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < term.length; at++) {
    const code = term.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return { high: b >>> 0, low: a >>> 0 };
}
