/** The bytes of a stretch of a session's log as recall keeps it: how the entries hang together, and what they say. */
import { ColumnReader, DamagedBytes, writeColumns } from './columns.ts';
import { entryColumns, readEntries, type StoredEntries } from './logTree.ts';
import { Texts } from './texts.ts';

export interface FrameMark {
  /** Place of the frame in the log. */
  seq: number;
  /** Place of the last entry it covers; 0 when that is not known. */
  coversTo: number;
  active: boolean;
  replacesId: string | undefined;
}

export interface Stretch {
  fromSeq: number;
  /** Of the word vectors that the documents were given their meaning by; 0 without any. */
  dimensions: number;
  entries: StoredEntries;
  frames: FrameMark[];
  /** A run of the turn index. */
  documents: Uint8Array;
}

/** "CRS": Causeway recall stretch. */
const name = [0x43, 0x52, 0x53];
/** To be counted up whenever this form changes, or what of an entry is indexed. */
const version = 2;

/** Numbers that stand for a frame. */
const numbersOfFrame = 3;

export function encodeStretch({ fromSeq, dimensions, entries, frames, documents }: Stretch): Uint8Array {
  return writeColumns(
    [...name, version],
    [
      Uint32Array.of(fromSeq, dimensions),
      ...entryColumns(entries),
      Uint32Array.from(frames.flatMap(({ seq, coversTo, active }) => [seq, coversTo, active ? 1 : 0])),
      ...Texts.of(frames.map(({ replacesId }) => replacesId ?? '')).columns,
      documents,
    ],
  );
}

/** Throws `DamagedBytes` for anything but what `encodeStretch` of this version wrote. The bytes are kept, not copied. */
export function decodeStretch(bytes: Uint8Array): Stretch {
  if ([...name, version].some((byte, at) => bytes[at] !== byte))
    throw new DamagedBytes('it is of another version');
  const reader = new ColumnReader(bytes);
  const [fromSeq = 0, dimensions = 0] = reader.uint32();
  const entries = readEntries(reader, fromSeq);
  const numbers = reader.uint32();
  const replaced = Texts.read(reader);
  if (numbers.length !== replaced.size * numbersOfFrame) throw new DamagedBytes('a frame is cut off');
  const frames = replaced.all().map((replacesId, place): FrameMark => {
    const at = place * numbersOfFrame;
    const [seq = 0, coversTo = 0, active = 0] = numbers.subarray(at, at + numbersOfFrame);
    return { seq, coversTo, active: active === 1, replacesId: replacesId === '' ? undefined : replacesId };
  });
  const documents = reader.uint8();
  reader.end();
  return { fromSeq, dimensions, entries, frames, documents };
}
