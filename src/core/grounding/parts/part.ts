/** A part of an index: files with their chunks, and where each term stands. The newest are in memory, others on disk. */
import type { Postings } from './postings.ts';
import type { ChunkTable, FileNames, FileTable } from './tables.ts';

export interface Part {
  readonly files: FileTable;
  readonly chunks: ChunkTable;
  readonly names: FileNames;
  /** Adds the chunks that hold a term, in order of place, but for those whose files are not there. */
  read(term: string, into: Postings): void;
  /** Whether the part knows a term; its files may be gone by now. */
  has(term: string): boolean;
  /** Words in lower-case English letters that begin so, with the number of chunks that hold each, gone ones too. */
  beginning(prefix: string, tell: (term: string, holding: number) => void): void;
  /** Readable terms in ascending order. */
  words(): TermCursor<string>;
  /** The hashes of all others, ascending. */
  hashes(): TermCursor<{ high: number; low: number }>;
}

/** Goes through terms in order, to write them elsewhere. */
export interface TermCursor<T> {
  /** Undefined after the last one. */
  next(): T | undefined;
  /** Adds the chunks of the term that came last, in order of place, those of files that are gone too. */
  read(into: Postings): void;
}
