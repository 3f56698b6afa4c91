/**
 * Whether a write-ahead log has lost commits. SQLite takes the first frame whose checksum does not hold for the end of
 * the log and says nothing, which is right after a crash and wrong when commits stood there. How far the log was
 * committed stands in the shared memory file beside it, which a crash leaves behind.
 * Both formats: https://www.sqlite.org/walformat.html
 */
import { existsSync, readFileSync } from 'node:fs';

const logHeaderSize = 32;
const frameHeaderSize = 24;
/** The lowest bit of the magic number says whether checksums read words as big-endian. */
const magic = 0x377f0682;
const indexHeaderSize = 48;
const attempts = 5;

interface Committed {
  /** The number of the last committed frame, from 1. */
  frame: number;
  salt: Buffer;
  header: Buffer;
}

/** False also where nothing tells. Call before the database is opened, which makes the shared memory anew. */
export function hasLostCommits(file: string): boolean {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = committedOf(`${file}-shm`);
    if (!before || before.frame === 0) return false;
    const log = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0);
    const whole = wholeFrames(log, before.salt);
    const after = committedOf(`${file}-shm`);
    // Other processes may be writing; only what stood still is compared.
    if (after && before.header.equals(after.header)) return whole < before.frame;
  }
  return false;
}

function committedOf(sharedMemory: string): Committed | undefined {
  if (!existsSync(sharedMemory)) return undefined;
  const bytes = readFileSync(sharedMemory);
  if (bytes.length < 2 * indexHeaderSize) return undefined;
  const header = bytes.subarray(0, indexHeaderSize);
  // The header stands twice; where the two differ a write was cut short.
  if (!header.equals(bytes.subarray(indexHeaderSize, 2 * indexHeaderSize))) return undefined;
  // The words are in the byte order of the machine.
  const words = new Uint32Array(header.buffer.slice(header.byteOffset, header.byteOffset + indexHeaderSize));
  return { frame: words[4] ?? 0, salt: header.subarray(32, 40), header };
}

/** How many frames from the start of the log are what was written in the round of that salt. */
function wholeFrames(log: Buffer, salt: Buffer): number {
  if (log.length < logHeaderSize || !log.subarray(16, 24).equals(salt)) return 0;
  const kind = log.readUInt32BE(0);
  const bigEndian = (kind & 1) === 1;
  let sum = checksum(log, 0, 24, [0, 0], bigEndian);
  if ((kind & ~1) >>> 0 !== magic || !stands(sum, log, 24)) return 0;
  const pageSize = log.readUInt32BE(8);
  const frameSize = frameHeaderSize + pageSize;
  let frames = 0;
  for (let at = logHeaderSize; at + frameSize <= log.length; at += frameSize) {
    if (!log.subarray(at + 8, at + 16).equals(salt)) break;
    sum = checksum(log, at, 8, sum, bigEndian);
    sum = checksum(log, at + frameHeaderSize, pageSize, sum, bigEndian);
    if (!stands(sum, log, at + 16)) break;
    frames++;
  }
  return frames;
}

const stands = ([a, b]: readonly [number, number], log: Buffer, at: number): boolean =>
  a === log.readUInt32BE(at) && b === log.readUInt32BE(at + 4);

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
