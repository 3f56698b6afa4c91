/**
 * The store port: an append-only log of entries for each session, the leases of turns, and drafts.
 * Adapters live in `src/store/`. Every method that writes resolves only when the write is durable (fsync),
 * except for private sessions, which live in the memory of the process that opened them.
 */
import type { Event } from '../../base/emitter.ts';
import type { AssistantBlock } from '../../protocol/content.ts';
import type {
  AssistantEntry,
  AssistantEntryDraft,
  Door,
  Entry,
  EntryDraft,
  EntryKind,
  UserEntry,
  UserEntryDraft,
} from '../../protocol/entries.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { Draft, QueuedTurn, SearchHit, SessionSummary } from '../../protocol/session.ts';

export interface SessionInit {
  /** A UUID; made by the store when absent. */
  id?: string;
  title?: string;
  door: Door;
  client?: string;
  /** Id of the client of the bridge whose session it is; other clients cannot use it unless it is shared. */
  clientId?: string;
  shared?: boolean;
  /** In memory only; leaves nothing on disk. */
  private?: boolean;
}

/** What changed, whichever process did it. `own` is false for changes of other processes. */
export type StoreChange =
  | { type: 'appended'; own: boolean; sessionId: string; entries: Entry[] }
  /** A session began with so many entries at once, as an import does, that they are not told: they are read when needed. */
  | { type: 'imported'; own: boolean; sessionId: string }
  | { type: 'session'; own: boolean; session: SessionSummary }
  | { type: 'purged'; own: boolean; sessionId: string }
  | { type: 'queue'; own: boolean; sessionId: string; queue: QueuedTurn[] }
  /** Another process took the lease of a turn. */
  | { type: 'turn_live'; own: boolean; sessionId: string; turnId: string }
  /** Checkpoint of a turn that another process runs. */
  | { type: 'progress'; own: false; sessionId: string; turnId: string; content: AssistantBlock[] }
  /** The session has no live turn any more; a queued one may begin. */
  | { type: 'free'; own: boolean; sessionId: string }
  | { type: 'notice'; own: boolean; notice: ErrorInfo };

export interface StoreStatus {
  /** `read_only`: written by a newer version. `locked`: encrypted and the key is missing. */
  mode: 'normal' | 'read_only' | 'locked';
  encrypted: boolean;
  /** Whether full-text search is available in this SQLite. */
  fullText: boolean;
  /** `wal`, or `delete` where the file system cannot do WAL. */
  journal: string;
  /** What the user must be told, such as a salvage. */
  notices: ErrorInfo[];
}

/** A turn that some process runs now. */
export interface LiveTurn {
  turnId: string;
  sessionId: string;
  own: boolean;
  /** Last checkpoint. */
  content: AssistantBlock[];
}

/** What will answer a turn; named in its terminal entry even when that is written by another process. */
export interface Answerer {
  provider: string;
  model: string;
}

/** How far a turn has come that some process accepted. */
export type TurnState = { state: 'live' | 'queued' } | { state: 'ended'; entry: AssistantEntry };

export type SubmitResult = { state: 'live'; entry: UserEntry } | { state: 'queued'; queued: QueuedTurn };

/** Of what is attached to the draft of one session and is no file: more than can be sent at once, twice over. */
export const mostDraftMediaBytes = 64 * 1024 * 1024;

/** Which part of a branch. */
export interface PathOptions {
  /** Its last entry; by default the head. */
  leafId?: string;
  /** In its place: that entry and all after it are left out. */
  beforeId?: string;
  /** Keeps the newest ones. */
  limit?: number;
}

/** An entry as far as a branch knows it. */
export type EntryLink = Pick<Entry, 'id' | 'kind'>;

/** An entry as far as the tree of a log knows it. */
export type TreeLink = Pick<Entry, 'id' | 'kind' | 'parentId' | 'seq'>;

export interface SessionStore {
  readonly onDidChange: Event<StoreChange>;
  status(): Promise<StoreStatus>;

  create(init: SessionInit): Promise<SessionSummary>;
  /** Newest first. `before` is the `updatedAt` to continue below. Trashed sessions only when asked for. */
  list(options?: { trashed?: boolean; limit?: number; before?: number }): Promise<SessionSummary[]>;
  get(sessionId: string): Promise<SessionSummary | undefined>;
  /** Appends in one transaction, all or nothing. Throws `not_found`, `store_read_only`, `store_locked`, `store_unavailable`. */
  append(sessionId: string, drafts: EntryDraft[]): Promise<Entry[]>;
  entry(sessionId: string, entryId: string): Promise<Entry | undefined>;
  /** A branch, oldest first. */
  path(sessionId: string, options?: PathOptions): Promise<Entry[]>;
  /** As `path` without what the entries say, which is most of what reading takes. */
  lineage(sessionId: string, options?: PathOptions): Promise<EntryLink[]>;
  /** All entries of all branches in the order of the log. */
  log(sessionId: string, options?: { afterSeq?: number; limit?: number }): Promise<Entry[]>;
  /** As `log` without what the entries say, which is most of what reading takes. */
  links(sessionId: string, options?: { afterSeq?: number; limit?: number }): Promise<TreeLink[]>;
  /**
   * Those of the given ids that there are, in the order of the log; of whichever branch. Answers come without their
   * reports, which are several times as large.
   */
  entries(sessionId: string, ids: readonly string[]): Promise<Entry[]>;
  /** Entries of some kinds on all branches, in the order of the log. */
  ofKinds<K extends EntryKind>(
    sessionId: string,
    kinds: readonly K[],
  ): Promise<Extract<Entry, { kind: K }>[]>;
  /** A new session with copies of the branch up to and including the entry; ids of entries are kept. */
  fork(sessionId: string, entryId: string, init: SessionInit): Promise<SessionSummary>;
  /** Lets other clients of the bridge use the session, or no more. */
  share(sessionId: string, shared: boolean): Promise<void>;
  trash(sessionId: string): Promise<void>;
  restore(sessionId: string): Promise<void>;
  /** Leaves no byte of the session: rows, index, journal and backups. */
  purge(sessionId: string): Promise<void>;
  /** Words of whole transcripts, best first. Trashed sessions are left out. */
  search(query: string, options?: { limit?: number }): Promise<SearchHit[]>;

  draft(sessionId: string): Promise<Draft | undefined>;
  /** Drops the bytes of attachments that the draft named before and names no more. */
  setDraft(sessionId: string, draft: Draft | undefined): Promise<void>;
  /**
   * Keeps the bytes of an attachment that is no file, by its `uri`, until a draft that named it names it no more. The
   * oldest of a session go beyond `mostDraftMediaBytes`. Throws `not_found` for the session.
   */
  keepDraftMedia(sessionId: string, uri: string, bytes: Uint8Array): Promise<void>;
  draftMedia(sessionId: string, uri: string): Promise<Uint8Array | undefined>;

  /** JSON Lines: a header line with the session, then one line for each entry in log order. */
  exportSession(sessionId: string): Promise<string>;
  /** Keeps the id unless a session with it exists, then gives a new one. Throws `import_invalid` and imports nothing. */
  importSession(jsonl: string | Uint8Array): Promise<SessionSummary>;

  /**
   * Appends the input and takes the lease when the session is free, else queues it. Durable either way. Throws
   * `turn_taken` for the id of a turn that the session has or had, so that no turn is run twice.
   */
  submitTurn(user: UserEntryDraft, sessionId: string, by: Answerer): Promise<SubmitResult>;
  /** Makes the first queued turn live when it is of this process and the session is free. */
  promote(sessionId: string): Promise<UserEntry | undefined>;
  /** Takes back a queued turn; false when it is live or gone. */
  withdraw(turnId: string): Promise<boolean>;
  queue(sessionId: string): Promise<QueuedTurn[]>;
  /** Undefined for one that never began: it was not submitted, or taken back. */
  turn(sessionId: string, turnId: string): Promise<TurnState | undefined>;
  liveTurn(sessionId: string): Promise<LiveTurn | undefined>;
  /** Keeps what has arrived so far; false when the lease is lost. The store beats for live turns by itself. */
  checkpoint(turnId: string, content: AssistantBlock[]): Promise<boolean>;
  /** Appends entries of a live turn that is not over. Throws `lease_lost`. */
  appendInTurn(turnId: string, drafts: EntryDraft[]): Promise<Entry[]>;
  /** Appends the terminal entry and releases the lease, in one transaction. Throws `lease_lost`. */
  finishTurn(turnId: string, draft: AssistantEntryDraft): Promise<AssistantEntry>;

  /** Rewrites all payloads under the key (32 bytes), or in plain when undefined; leaves no plain byte behind. */
  setEncryption(key: Uint8Array | undefined): Promise<void>;
  /**
   * Reads on with this key where another process has encrypted the database meanwhile, or in plain where it is plain
   * again. What is not locked stays as it is.
   */
  unlock(key: Uint8Array | undefined): Promise<StoreStatus>;
  /** Makes a backup now; resolves to its path. */
  backup(): Promise<string>;
  close(): Promise<void>;
}
