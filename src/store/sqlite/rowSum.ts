/** Tells a row that was changed by accident from what was written: SQLite itself checks no content. */
import { crc32 } from 'node:zlib';

export type Column = string | number | null;

/** The checksum of a row's columns and its payload. */
export const rowSum = (columns: readonly Column[], payload: Uint8Array): number =>
  crc32(payload, crc32(JSON.stringify(columns)));

/** The columns of that name, in that order. */
export const columnsOf = (raw: Record<string, unknown>, names: readonly string[]): Column[] =>
  names.map((name) => {
    const value = raw[name];
    return typeof value === 'string' || typeof value === 'number' ? value : null;
  });

/** Whether a row is what was written. */
export const holds = (raw: Record<string, unknown>, names: readonly string[]): boolean =>
  raw.payload instanceof Uint8Array && rowSum(columnsOf(raw, names), raw.payload) === raw.crc;
