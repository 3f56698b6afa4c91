/** What the recall index reads its sessions from, and where it keeps what it has made of them. */
import type { Entry } from '../../protocol/entries.ts';

/** What is kept of a log beside it: the index itself, and directions by an embedding model of the user's. */
export type RunKind = 'index' | 'embeddings';

/** An encoded part of the index: what stands in the log from one place to another, both included. */
export interface RecallRun {
  fromSeq: number;
  toSeq: number;
  /** Undefined when the stored bytes are not what was written. */
  bytes: Uint8Array | undefined;
}

/** How far a session's log has come. */
export interface RecallState {
  lastSeq: number;
  /** In memory only: nothing of it may be kept, and other sessions do not see it. */
  private: boolean;
  /** Another number once the database was opened anew, as it may hold another log since: somebody repaired it. */
  opening: number;
}

export interface Recallable {
  sessions: { sessionId: string; lastSeq: number }[];
  opening: number;
}

/** All methods reject with `store_locked` and `store_unavailable`, and with `not_found` where a session must be there. */
export interface RecallSource {
  /** Undefined for a session that is not in this store. */
  recallState(sessionId: string): Promise<RecallState | undefined>;
  /** The sessions that others may look into, the last used first: not private, not in the trash. */
  recallable(): Promise<Recallable>;
  log(sessionId: string, options: { afterSeq: number; limit: number }): Promise<Entry[]>;
  recallRuns(
    sessionId: string,
    options: { kind: RunKind; fromSeq: number; limit: number },
  ): Promise<RecallRun[]>;
  /** Replaces runs of its kind that begin where it does or within it; where it is made `anew`, all of them. */
  putRecallRun(
    sessionId: string,
    run: { kind: RunKind; fromSeq: number; toSeq: number; bytes: Uint8Array; anew?: boolean },
  ): Promise<void>;
}

/** What a store tells of its sessions while it is linked. */
export type RecallNews =
  | { type: 'appended'; sessionId: string }
  | { type: 'purged'; sessionId: string }
  /** The log may hold other entries than before: it was repaired. */
  | { type: 'repaired' };
