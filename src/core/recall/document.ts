/** What the recall index is given and what it gives back. */
import type { Embedded } from './embedded.ts';

/** One thing that was said, or a note that stands for several. */
export interface RecallDocument {
  id: string;
  /** Place in the session's log; a smaller one after a larger one begins another session. */
  seq: number;
  /** When it was said, in ms since 1970. */
  at?: number;
  role: RecallRole;
  /** The name of whoever said it, where there are several. */
  speaker?: string;
  text: string;
  /** Ids of the turns that a note or frame stands for. */
  covers?: readonly string[];
}

export type RecallRole = 'user' | 'assistant' | 'tool' | 'frame' | 'note';

export interface RecallQuery {
  text: string;
  /**
   * What was said just before, for a question that points back, such as "and the other one?". Do not append it to `text`:
   * its words would count as much as those of the question.
   */
  before?: string;
  /** The direction of `text` by an embedding model, for documents that have one of the same model. */
  embedded?: Embedded;
  /** The time against which "last week" is understood, in ms since 1970. */
  now?: number;
  limit: number;
  /** Which documents may be returned; all when left out. */
  accepts?: (index: number) => boolean;
}

export interface RecallHit {
  index: number;
  id: string;
  /** Comparable within one search only. */
  score: number;
  why: RecallReason;
  /** Words of the question that were found, as the user wrote them. */
  terms: string[];
}

/** `neighbour`: the turns around it hold the words. */
export type RecallReason = 'words' | 'meaning' | 'time' | 'note' | 'neighbour';

/** What the index still knows of a document; its text stays in the store. */
export type KnownDocument = Pick<RecallDocument, 'id' | 'seq' | 'at' | 'role' | 'covers'>;
