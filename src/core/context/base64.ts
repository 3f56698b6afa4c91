/** Reads parts of base64 data without decoding the rest: an attachment may have many megabytes. */

/** Bytes the data stands for. */
export function base64Length(data: string): number {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((data.length * 3) / 4) - padding);
}

/** Up to `length` bytes from `start` as a string with one character (0–255) a byte; empty when it is no base64. */
export function decodeBase64(data: string, start: number, length: number): string {
  const firstGroup = Math.floor(start / 3);
  const lastGroup = Math.ceil((start + length) / 3);
  try {
    const bytes = atob(data.slice(firstGroup * 4, lastGroup * 4));
    return bytes.slice(start - firstGroup * 3, start - firstGroup * 3 + length);
  } catch {
    // Callers treat data they cannot read as data of unknown size, and the API has the last word on it.
    return '';
  }
}
