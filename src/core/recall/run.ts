/**
 * The bytes of a run of indexed documents: a head with mark, version and checksum, the terms once each, then the
 * documents. They are written beside the log and read at the next start, so that no text is analysed twice.
 */
import { ByteReader, ByteWriter, checksum, DamagedBytes } from './bytes.ts';
import type { KnownDocument, RecallRole } from './document.ts';

/** A document as the index keeps it. */
export interface IndexedDocument extends KnownDocument {
  /** Words of the text, repetitions counted. */
  length: number;
  /** Different terms and how often each occurs, at most 255. */
  terms: string[];
  counts: Uint8Array;
  /** What the text means, as a direction; empty where no word of it is in the table. */
  meaning: Int8Array;
}

/** The run cannot be used and has to be made anew from the log; `message` says why. */
export class UnreadableRun extends Error {}

/** "CRR": Causeway recall run. */
const mark = [0x43, 0x52, 0x52];
/** To be counted up whenever the form or the analysis of texts changes, since old terms would not be found any more. */
const version = 1;
const headBytes = mark.length + 1 + 4;

const roles: readonly RecallRole[] = ['user', 'assistant', 'tool', 'frame', 'note'];

export function encodeRun(documents: readonly IndexedDocument[]): Uint8Array {
  const body = new ByteWriter();
  const numbers = new Map<string, number>();
  for (const { terms } of documents) {
    for (const term of terms) if (!numbers.has(term)) numbers.set(term, numbers.size);
  }
  body.number(numbers.size);
  for (const term of numbers.keys()) body.text(term);
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
export function decodeRun(bytes: Uint8Array): IndexedDocument[] {
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

function write(body: ByteWriter, document: IndexedDocument, numbers: ReadonlyMap<string, number>): void {
  body.text(document.id);
  body.number(document.seq);
  body.byte(document.at === undefined ? 0 : 1);
  if (document.at !== undefined) body.double(document.at);
  body.byte(roles.indexOf(document.role));
  body.number(document.covers === undefined ? 0 : document.covers.length + 1);
  for (const id of document.covers ?? []) body.text(id);
  body.number(document.length);
  body.number(document.terms.length);
  for (const [place, term] of document.terms.entries()) {
    body.number(numbers.get(term) ?? 0);
    body.byte(document.counts[place] ?? 0);
  }
  body.number(document.meaning.length);
  body.raw(new Uint8Array(document.meaning.buffer, document.meaning.byteOffset, document.meaning.length));
}

function read(body: ByteReader): IndexedDocument[] {
  const terms = Array.from({ length: count(body) }, () => body.text());
  const documents = Array.from({ length: count(body) }, () => readDocument(body, terms));
  if (body.left > 0) throw new DamagedBytes('something follows its end');
  return documents;
}

/** A count of things that take at least a byte each, so that a wrong one does not ask for all memory. */
function count(body: ByteReader): number {
  const value = body.number();
  if (value > body.left) throw new DamagedBytes('it ends too early');
  return value;
}

function readDocument(body: ByteReader, known: readonly string[]): IndexedDocument {
  const id = body.text();
  const seq = body.number();
  const at = body.byte() === 0 ? undefined : body.double();
  const role = roles[body.byte()];
  if (role === undefined) throw new DamagedBytes('a role is not known');
  const covered = count(body);
  const covers = covered === 0 ? undefined : Array.from({ length: covered - 1 }, () => body.text());
  const length = body.number();
  const different = count(body);
  const terms: string[] = [];
  const counts = new Uint8Array(different);
  for (let place = 0; place < different; place++) {
    const term = known[body.number()];
    if (term === undefined) throw new DamagedBytes('a term is not known');
    terms.push(term);
    counts[place] = body.byte();
  }
  const meaning = Int8Array.from(new Int8Array(body.raw(count(body))));
  return {
    id,
    seq,
    role,
    length,
    terms,
    counts,
    meaning,
    ...(at === undefined ? {} : { at }),
    ...(covers === undefined ? {} : { covers }),
  };
}
