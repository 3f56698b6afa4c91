/**
 * Which parts make up an index on disk, and how each of their files was found. It is written anew as a whole; what it
 * names is the index, whatever else lies beside it.
 */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { ByteBuilder } from '../../core/grounding/parts/bytes.ts';
import { layoutVersion } from '../../core/grounding/parts/layout.ts';
import { type FileTable, presence } from '../../core/grounding/parts/tables.ts';

const head = z.object({
  version: z.literal(layoutVersion),
  parts: z.array(
    z.object({ name: z.string().regex(/^[\w-]+\.part$/), files: z.number().int().nonnegative() }),
  ),
});

export interface NamedPart {
  name: string;
  files: FileTable;
}

export interface CatalogPart {
  name: string;
  /** Files of the part. */
  count: number;
  presence: Uint8Array;
  bytes: Float64Array<ArrayBuffer>;
  mtimeMs: Float64Array<ArrayBuffer>;
  hash: BigUint64Array<ArrayBuffer>;
}

export function encodeCatalog(parts: readonly NamedPart[]): Uint8Array {
  const text = Buffer.from(
    JSON.stringify({
      version: layoutVersion,
      parts: parts.map(({ name, files }) => ({ name, files: files.size })),
    }),
  );
  const built = new ByteBuilder(1024);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  built.add(length);
  built.add(text);
  for (const { files } of parts) {
    // What an editor hides now is there again when the index is read.
    built.add(files.presence.subarray(0, files.size).map((one) => (one === presence.gone ? 1 : 0)));
    for (const column of [files.bytes, files.mtimeMs, files.hash])
      built.add(new Uint8Array(column.buffer, column.byteOffset, files.size * 8));
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(built.bytes));
  built.add(sum);
  return built.bytes;
}

/** Throws an `Error` for what is damaged or was written by another version. */
export function decodeCatalog(bytes: Buffer): CatalogPart[] {
  const end = bytes.length - 4;
  if (end < 4 || bytes.readUInt32LE(end) !== crc32(bytes.subarray(0, end)))
    throw new Error('The catalog of the index is damaged.');
  let at = 4 + bytes.readUInt32LE(0);
  const { parts } = head.parse(JSON.parse(bytes.toString('utf8', 4, at)));
  const take = (length: number) => {
    const taken = new Uint8Array(bytes.subarray(at, at + length));
    at += length;
    return taken;
  };
  return parts.map(({ name, files: count }) => ({
    name,
    count,
    presence: take(count).map((isGone) => (isGone ? presence.gone : presence.there)),
    bytes: new Float64Array(take(count * 8).buffer),
    mtimeMs: new Float64Array(take(count * 8).buffer),
    hash: new BigUint64Array(take(count * 8).buffer),
  }));
}
