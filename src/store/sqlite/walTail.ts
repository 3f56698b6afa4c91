/**
 * Whether a write-ahead log has lost a part in its middle. SQLite takes the first frame whose checksum does not hold
 * for the end of the log and says nothing, which is right after a crash and wrong when committed frames follow.
 * The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { existsSync, readFileSync } from 'node:fs';

const headerSize = 32;
const frameHeaderSize = 24;
/** The lowest bit of the magic number says whether checksums read words as big-endian. */
const magic = 0x377f0682;

export function hasLostTail(walFile: string): boolean {
  if (!existsSync(walFile)) return false;
  const wal = readFileSync(walFile);
  if (wal.length < headerSize) return wal.length > 0;
  const bigEndian = (wal.readUInt32BE(0) & 1) === 1;
  const pageSize = wal.readUInt32BE(8);
  const frameSize = frameHeaderSize + pageSize;
  let sum = checksum(wal, 0, 24, [0, 0], bigEndian);
  const isHeaderWhole =
    (wal.readUInt32BE(0) & ~1) >>> 0 === magic &&
    sum[0] === wal.readUInt32BE(24) &&
    sum[1] === wal.readUInt32BE(28);
  if (!isHeaderWhole) return wal.length > headerSize;
  let broken = false;
  for (let at = headerSize; at + frameSize <= wal.length; at += frameSize) {
    // Frames of an earlier round, which were written back to the database, have other salts.
    const isOfThisRound = wal.subarray(at + 8, at + 16).equals(wal.subarray(16, 24));
    if (!broken) {
      sum = checksum(wal, at, 8, sum, bigEndian);
      sum = checksum(wal, at + frameHeaderSize, pageSize, sum, bigEndian);
      broken = !isOfThisRound || sum[0] !== wal.readUInt32BE(at + 16) || sum[1] !== wal.readUInt32BE(at + 20);
    }
    const commits = wal.readUInt32BE(at + 4) > 0;
    if (broken && isOfThisRound && commits) return true;
  }
  return false;
}

function checksum(
  bytes: Buffer,
  from: number,
  length: number,
  before: readonly [number, number],
  bigEndian: boolean,
): [number, number] {
  let [a, b] = before;
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, length);
  for (let at = 0; at < length; at += 8) {
    a = (a + view.getUint32(at, !bigEndian) + b) >>> 0;
    b = (b + view.getUint32(at + 4, !bigEndian) + a) >>> 0;
  }
  return [a, b];
}
