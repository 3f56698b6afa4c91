/**
 * The bytes of a run of indexed documents: they are written beside the log and read at the next start, so that no text
 * is analysed twice. They are used as they lie there.
 */
import { ColumnReader, DamagedBytes, writeColumns } from './columns.ts';
import { Documents } from './documents.ts';
import { Meanings } from './meanings.ts';
import type { Postings } from './postings.ts';
import { TermLists } from './termLists.ts';

/** What an index is made of; the three have the same documents. */
export interface IndexParts {
  documents: Documents;
  postings: Postings;
  meanings: Meanings;
}

/** The run cannot be used and has to be made anew from the log; `message` says why. */
export class UnreadableRun extends Error {}

/** "CRR": Causeway recall run. */
const name = [0x43, 0x52, 0x52];
/**
 * To be counted up whenever the form, the analysis of texts or the table of word vectors changes: old terms would not be
 * found any more, and directions of two tables cannot be compared.
 */
const version = 2;

/** The documents from `from` to before `to`. Throws `RangeError` for more than a run can hold. */
export function encodeRun({ documents, postings, meanings }: IndexParts, from: number, to: number) {
  return writeColumns(
    [...name, version],
    [...documents.columns(from, to), ...postings.read(from, to).columns, ...meanings.columns(from, to)],
  );
}

/** Adds a run behind what is there. Throws `UnreadableRun`, and has then added nothing. */
export function appendRun({ documents, postings, meanings }: IndexParts, bytes: Uint8Array): void {
  if (name.some((byte, at) => bytes[at] !== byte)) {
    throw new UnreadableRun('These bytes are not a run of the recall index.');
  }
  if (bytes[name.length] !== version) {
    throw new UnreadableRun(
      `This run of the recall index has version ${bytes[name.length]}; version ${version} is read here.`,
    );
  }
  const stored = read(bytes);
  const { size } = stored.documents.ids;
  documents.append(stored.documents);
  postings.attach(stored.lists, size);
  meanings.append(stored.meanings, size);
}

function read(bytes: Uint8Array) {
  try {
    const reader = new ColumnReader(bytes);
    const documents = Documents.read(reader);
    const lists = TermLists.read(reader);
    const meanings = Meanings.read(reader, documents.ids.size);
    reader.end();
    if (lists.lastDocument >= documents.ids.size)
      throw new DamagedBytes('a term is held by a document that is not there');
    return { documents, lists, meanings };
  } catch (error) {
    if (!(error instanceof DamagedBytes)) throw error;
    throw new UnreadableRun(`This run of the recall index is damaged: ${error.message}.`);
  }
}
