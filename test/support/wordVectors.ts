/** Writes tables of word vectors in the form that `WordVectors` reads. */
import { head, headBytes } from '../../src/core/recall/wordVectors.ts';

/** A table of words, the most frequent first, and their directions. Each row is stretched to use a byte. */
export function encodeVectors(
  entries: readonly { word: string; vector: readonly number[] }[],
): Uint8Array<ArrayBuffer> {
  const dimensions = entries[0]?.vector.length ?? 0;
  const words = new TextEncoder().encode(entries.map(({ word }) => word).join('\n'));
  const bytes = new Uint8Array(headBytes + words.length + entries.length * dimensions);
  bytes.set(head);
  const view = new DataView(bytes.buffer);
  view.setUint32(head.length, entries.length, true);
  view.setUint32(head.length + 4, dimensions, true);
  view.setUint32(head.length + 8, words.length, true);
  bytes.set(words, headBytes);
  const rows = new Int8Array(bytes.buffer, headBytes + words.length);
  for (const [place, { vector }] of entries.entries()) {
    const largest = Math.max(...vector.map(Math.abs));
    const factor = largest === 0 ? 0 : 127 / largest;
    for (const [at, value] of vector.entries()) rows[place * dimensions + at] = Math.round(value * factor);
  }
  return bytes;
}
