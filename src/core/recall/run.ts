/**
 * The bytes of a run of indexed documents: a head with mark, version and checksum, the terms once each, then the
 * documents. They are written beside the log and read at the next start, so that no text is analysed twice.
 */
import { wholeWord } from './analysis.ts';
import { ByteReader, ByteWriter, checksum, DamagedBytes } from './bytes.ts';
import type { KnownDocument, RecallRole } from './document.ts';

/** A document as the index keeps it. */
export interface IndexedDocument extends KnownDocument {
  /** Words of the text; where they are code, each counts a quarter. */
  length: number;
  speaker?: string;
  /** Whether a standing instruction to the assistant is in it. */
  instructs: boolean;
  /** Whether it begins as a reply to an answer, such as "Thanks, …". */
  replies: boolean;
  /** Numbers of the different terms, and how often each occurs, in quarters, at most 255. */
  ids: Uint32Array;
  counts: Uint8Array;
  /** What the text means, as a direction; empty where no word of it is in the table. */
  meaning: Int8Array;
}

/** Documents and the terms that their numbers stand for. */
export interface Run {
  terms: readonly string[];
  documents: IndexedDocument[];
}

/** The run cannot be used and has to be made anew from the log; `message` says why. */
export class UnreadableRun extends Error {}

/** "CRR": Causeway recall run. */
const mark = [0x43, 0x52, 0x52];
/**
 * To be counted up whenever the form, the analysis of texts or the table of word vectors changes: old terms would not be
 * found any more, and directions of two tables cannot be compared.
 */
const version = 1;
const headBytes = mark.length + 1 + 4;

const roles: readonly RecallRole[] = ['user', 'assistant', 'tool', 'frame', 'note'];

/** `term` gives the term of a number. Terms are written in the order of their numbers. */
export function encodeRun(
  documents: readonly IndexedDocument[],
  term: (number: number) => string,
): Uint8Array<ArrayBuffer> {
  const body = new ByteWriter();
  const used = new Set<number>();
  for (const { ids } of documents) for (const id of ids) used.add(id);
  const order = Uint32Array.from(used).sort();
  const numbers = new Map<number, number>();
  body.number(order.length);
  for (const [number, id] of order.entries()) {
    numbers.set(id, number);
    body.text(term(id));
  }
  body.number(documents.length);
  for (const document of documents) write(body, document, numbers);

  const bytes = body.done();
  const result = new Uint8Array(headBytes + bytes.length);
  result.set([...mark, version]);
  new DataView(result.buffer).setUint32(mark.length + 1, checksum(bytes), true);
  result.set(bytes, headBytes);
  return result;
}

/** Throws `UnreadableRun`; nothing is returned of a run that is damaged anywhere. */
export function decodeRun(bytes: Uint8Array): Run {
  if (bytes.length < headBytes || mark.some((byte, at) => bytes[at] !== byte)) {
    throw new UnreadableRun('These bytes are not a run of the recall index.');
  }
  if (bytes[mark.length] !== version) {
    throw new UnreadableRun(
      `This run of the recall index has version ${bytes[mark.length]}; version ${version} is read here.`,
    );
  }
  const body = bytes.subarray(headBytes);
  const sum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(mark.length + 1, true);
  if (sum !== checksum(body)) throw damaged('its checksum does not fit');
  try {
    return read(new ByteReader(body));
  } catch (error) {
    if (error instanceof DamagedBytes) throw damaged(error.message);
    throw error;
  }
}

const damaged = (why: string) => new UnreadableRun(`This run of the recall index is damaged: ${why}.`);

function write(body: ByteWriter, document: IndexedDocument, numbers: ReadonlyMap<number, number>): void {
  body.text(document.id);
  body.number(document.seq);
  body.byte(document.at === undefined ? 0 : 1);
  if (document.at !== undefined) body.double(document.at);
  body.byte(roles.indexOf(document.role));
  body.number(document.covers === undefined ? 0 : document.covers.length + 1);
  for (const id of document.covers ?? []) body.text(id);
  body.number(Math.round(document.length * wholeWord));
  body.text(document.speaker ?? '');
  body.byte((document.instructs ? 1 : 0) + (document.replies ? 2 : 0));
  body.number(document.ids.length);
  for (const id of document.ids) body.number(numbers.get(id) ?? 0);
  body.raw(document.counts);
  body.number(document.meaning.length);
  body.raw(new Uint8Array(document.meaning.buffer, document.meaning.byteOffset, document.meaning.length));
}

function read(body: ByteReader): Run {
  const terms = Array.from({ length: count(body) }, () => body.text());
  const documents = Array.from({ length: count(body) }, () => readDocument(body, terms.length));
  if (body.left > 0) throw new DamagedBytes('something follows its end');
  return { terms, documents };
}

/** A count of things that take at least a byte each, so that a wrong one does not ask for all memory. */
function count(body: ByteReader): number {
  const value = body.number();
  if (value > body.left) throw new DamagedBytes('it ends too early');
  return value;
}

function readDocument(body: ByteReader, known: number): IndexedDocument {
  const id = body.text();
  const seq = body.number();
  const at = body.byte() === 0 ? undefined : body.double();
  const role = roles[body.byte()];
  if (role === undefined) throw new DamagedBytes('a role is not known');
  const covered = count(body);
  const covers = covered === 0 ? undefined : Array.from({ length: covered - 1 }, () => body.text());
  const length = body.number() / wholeWord;
  const speaker = body.text();
  const marks = body.byte();
  const ids = new Uint32Array(count(body));
  for (let place = 0; place < ids.length; place++) {
    const id = body.number();
    if (id >= known) throw new DamagedBytes('a term is not known');
    ids[place] = id;
  }
  const counts = body.raw(ids.length).slice();
  const meaning = Int8Array.from(new Int8Array(body.raw(count(body))));
  return {
    id,
    seq,
    role,
    length,
    instructs: (marks & 1) !== 0,
    replies: (marks & 2) !== 0,
    ids,
    counts,
    meaning,
    ...(speaker === '' ? {} : { speaker }),
    ...(at === undefined ? {} : { at }),
    ...(covers === undefined ? {} : { covers }),
  };
}
