/** The bytes of a stretch of a session's log as recall keeps it: how the entries hang together, and what they say. */
import type { EntryKind } from '../../protocol/entries.ts';
import { ByteReader, ByteWriter, DamagedBytes } from './bytes.ts';
import type { TreeEntry } from './logTree.ts';

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
  entries: TreeEntry[];
  frames: FrameMark[];
  /** A run of the turn index. */
  documents: Uint8Array;
}

/** To be counted up whenever this form changes, or what of an entry is indexed. */
const version = 1;

/** New kinds are added at the end: the place of each is what is stored. */
const kinds: readonly EntryKind[] = [
  'user',
  'assistant',
  'tool_result',
  'frame',
  'directive',
  'task',
  'title',
  'model',
  'profile',
  'rewind',
];

export function encodeStretch({ fromSeq, dimensions, entries, frames, documents }: Stretch): Uint8Array {
  const body = new ByteWriter();
  body.byte(version);
  body.number(fromSeq);
  body.number(dimensions);
  body.number(entries.length);
  // In one piece, which is read many times faster than one by one.
  body.text(entries.map(({ id }) => id).join('\n'));
  for (const [place, { kind, at, parent }] of entries.entries()) {
    body.byte(kinds.indexOf(kind));
    body.number(at);
    // Most follow the one before them, which takes one byte so.
    body.number(parent === 0 ? 0 : fromSeq + place - parent);
  }
  body.number(frames.length);
  for (const { seq, coversTo, active, replacesId } of frames) {
    body.number(seq);
    body.number(coversTo);
    body.byte(active ? 1 : 0);
    body.text(replacesId ?? '');
  }
  body.number(documents.length);
  body.raw(documents);
  return body.done();
}

/** Throws `DamagedBytes` for anything but what `encodeStretch` of this version wrote. */
export function decodeStretch(bytes: Uint8Array): Stretch {
  const body = new ByteReader(bytes);
  if (body.byte() !== version) throw new DamagedBytes('it is of another version');
  const fromSeq = body.number();
  const dimensions = body.number();
  const count = body.number();
  const ids = body.text().split('\n');
  if (ids.length !== count) throw new DamagedBytes('it has another number of ids than of entries');
  const entries = ids.map((id, place): TreeEntry => {
    const kind = kinds[body.byte()];
    if (kind === undefined) throw new DamagedBytes('a kind is not known');
    const at = body.number();
    const back = body.number();
    const parent = back === 0 ? 0 : fromSeq + place - back;
    if (parent < 0) throw new DamagedBytes('a parent stands before the beginning');
    return { id, kind, at, parent };
  });
  const frames: FrameMark[] = [];
  for (let left = body.number(); left > 0; left--) {
    const [seq, coversTo, active, replacesId] = [
      body.number(),
      body.number(),
      body.byte() === 1,
      body.text(),
    ];
    frames.push({ seq, coversTo, active, replacesId: replacesId === '' ? undefined : replacesId });
  }
  const documents = body.raw(body.number());
  if (body.left > 0) throw new DamagedBytes('something follows its end');
  return { fromSeq, dimensions, entries, frames, documents };
}
