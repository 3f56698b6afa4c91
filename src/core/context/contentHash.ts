/**
 * A name for a text by its content: 53 bits and the length. Two texts of one length that are counted in one session
 * share it once in some 10^11 million pairs, and then a count is wrong by a few tokens, which the margin covers.
 * The mixing is that of MurmurHash3's finaliser on two lanes.
 */
export function contentHash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x85ebca6b);
    b = Math.imul(b ^ code, 0xc2b2ae35);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return `${text.length.toString(36)}.${((b & 0x1fffff) * 0x100000000 + (a >>> 0)).toString(36)}`;
}
