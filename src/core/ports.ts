/** What the core needs from outside. Each port is small, asynchronous where it may wait, and free of its host. */
import type { Event } from '../base/emitter.ts';
import type { GroundingMode } from '../protocol/entries.ts';
import type { RecalledEntry } from '../protocol/memory.ts';
import type { StaysOut } from './grounding/staysOut.ts';
import type { RouteSettings } from './providers/routes.ts';

/** `now` is wall-clock time in ms since the epoch; `monotonic` never jumps and is for durations. */
export interface Clock {
  now(): number;
  monotonic(): number;
}

/**
 * Provider keys. `get` resolves undefined when no key is set; it rejects when the keyring itself fails. `variable` is
 * the variable of the environment that may have the key where nothing else has it.
 */
export interface Secrets {
  get(name: string, variable?: string): Promise<string | undefined>;
  readonly onDidChange: Event<string>;
}

/** Log lines name what happened; they never carry prompts, answers, headers or keys. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** Of the error only `traceOf` it is written, as its message may quote content. */
  error(message: string, error?: unknown): void;
}

/** An editor's document as it is now, unsaved changes included. */
export interface OpenFile {
  /** Why it is not sent; then its text is empty and nothing of it is selected. */
  staysOut?: StaysOut;
  uri: string;
  /** Relative to its workspace folder, forward slashes. */
  path: string;
  languageId: string;
  text: string;
  active: boolean;
  /** Lines from 1, both ends included. */
  visible?: { startLine: number; endLine: number };
  selection?: { startLine: number; endLine: number; text: string };
  /** What the editor shows as wrong in it, one line each, where that is wanted. */
  problems?: { startLine: number; endLine: number; text: string };
}

export interface MemoryFile {
  path: string;
  text: string;
}

/** The workspace as the core sees it. */
export interface Workspace {
  /** Id from the register of workspaces. */
  readonly id: string;
  readonly name: string;
  /** False in Restricted Mode: nothing may leave the machine then and workspace instructions are ignored. */
  isTrusted(): boolean;
  /** `AGENTS.md` and `CLAUDE.md` of the folders; empty when not trusted. */
  memoryFiles(): Promise<MemoryFile[]>;
  /** Open editors, the active one first, then by recency. */
  openFiles(): Promise<OpenFile[]>;
}

/** A run of lines that matters for a question. */
export interface Passage {
  uri: string;
  path: string;
  startLine: number;
  endLine: number;
  text: string;
  score: number;
  /** Where a language server says so: the symbol of the question that is defined or used here. */
  symbol?: { name: string; as: 'definition' | 'use' };
}

export interface PassageOptions {
  limit: number;
  signal?: AbortSignal;
  /** What is selected and what was said just before, for a question that points at it, such as "what calls this?". */
  around?: string;
}

/** Finds passages in the open files and the workspace's text files. Never rejects for a file it cannot read. */
export interface PassageSearch {
  search(question: string, options: PassageOptions): Promise<Passage[]>;
}

/** How far the index of a workspace is. */
export interface IndexState {
  phase: 'reading' | 'paused' | 'ready';
  /** Files that were looked at in this pass, of all that were found by now; both 0 when there is none. */
  seen: number;
  found: number;
  /** Files and chunks that can be found. */
  files: number;
  chunks: number;
  /** Files of languages whose syntax is known that could not be parsed, and were cut by their lines. */
  asText: number;
  /** False while the index is in memory alone. */
  isStored: boolean;
}

/** The index behind the search. None of this rejects: what fails is in the log. */
export interface IndexControl {
  /** Undefined before the index was begun. */
  readonly state: IndexState | undefined;
  readonly onDidChange: Event<IndexState>;
  /** Brings the index up to date without a question. Resolves when it is. */
  follow(): Promise<void>;
  /** Files were changed, added or deleted: absolute paths. Nothing is begun by it. */
  changed(paths: readonly string[]): Promise<void>;
  /** Files are not read until `resume`; questions are answered from those that were. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Counts tokens off the host's thread. The result has one count for each text, in order. */
export interface TokenCounter {
  count(texts: readonly string[]): Promise<number[]>;
}

/** Something in a text that looks like a secret or like personal data; the value itself is not told. */
export interface FoundSecret {
  /** UTF-16 code units from the beginning of the text, the end not included. */
  start: number;
  end: number;
  group: 'secret' | 'private';
  /** A short name of what it looks like, in lower-case letters, digits and hyphens. */
  kind: string;
}

/** What is looked for beside secrets. */
export interface PersonalData {
  /** Mail addresses and phone numbers. */
  contacts: boolean;
  /** Names the user has listed. */
  names: readonly string[];
}

/**
 * Looks for secrets in texts off the host's thread. The result has one list for each text, in its order, and nothing in
 * it lies over anything else. Rejects when the texts were not looked through: then nobody knows what is in them.
 */
export interface SecretScanner {
  scan(texts: readonly string[], personal?: PersonalData): Promise<FoundSecret[][]>;
}

export interface RecallQuestion {
  sessionId: string;
  /** Last entry of the branch that counts; undefined for the head. */
  leafId: string | undefined;
  text: string;
  /** What was said just before, for a question that points back, such as "and the other one?". */
  before?: string;
  /** Time words are read from here; ms since the epoch. */
  now: number;
  limit: number;
  /** Entries that are in the context anyway and need not be found. */
  except: ReadonlySet<string>;
  /** `workspace`: the workspace's other sessions too; private and trashed ones are never looked at. */
  scope: 'session' | 'workspace';
  /** It is being typed and was not sent: nobody outside of this machine is asked about it. */
  unsent?: true;
}

/**
 * Finds earlier entries by words and by meaning, best first. It indexes behind the log: a new entry is found within a
 * second. Never rejects: what cannot be searched is not found, and the log says so.
 */
export interface Recall {
  search(question: RecallQuestion, signal?: AbortSignal): Promise<RecalledEntry[]>;
}

/** Keeps what was learned of a model's tokens between windows. */
export interface TokenFactorRecord {
  load(): Promise<ReadonlyMap<string, number>>;
  save(model: string, factor: number): Promise<void>;
}

/** Standing instructions of the user, in every workspace. */
export interface UserDirectives {
  list(): Promise<{ directiveId: string; text: string; at: number }[]>;
  put(directive: { directiveId: string; text: string; at: number }): Promise<void>;
  remove(directiveId: string): Promise<void>;
}

/** A named assistant as its file says; `text` is the body below the front matter. */
export interface ProfileFile {
  /** File name without its ending. */
  name: string;
  source: 'user' | 'workspace';
  text: string;
}

/** A prompt as its file says. */
export interface PromptFile {
  /** File name without `.prompt.md`. */
  name: string;
  /** The user's own folder, `.causeway/prompts`, or `.github/prompts`, whose files other assistants read too. */
  place: 'user' | 'workspace' | 'github';
  text: string;
}

/** The prompt files there are now; those of the workspace only when it is trusted. */
export interface PromptFiles {
  read(): Promise<PromptFile[]>;
}

/**
 * Files in which a model keeps notes of its own. Paths are relative, with forward slashes; `''` is the folder itself.
 * All methods throw `invalid_input` for a path that leads out, and where a bound would be passed.
 */
export interface ModelNotes {
  /** All files below the path, in order of their paths; undefined when there is nothing at the path. */
  list(path: string): Promise<{ path: string; bytes: number }[] | undefined>;
  /** Undefined when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the whole file at once, or makes it. */
  write(path: string, text: string): Promise<void>;
  /** A file, or a folder with all in it; false when there was none. */
  remove(path: string): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
}

/** The profile files there are now; those of the workspace only when it is trusted. */
export interface ProfileFiles {
  read(): Promise<ProfileFile[]>;
}

/** What the user can set and the core reads; values are read anew for each turn. */
export interface CoreSettings {
  /** `provider/model`, `route/name`, or empty for the first model that is ready. */
  readonly model: string;
  /** The same for small jobs: frames, for which it is the session's model where empty, and titles, which none writes then. */
  readonly smallModel: string;
  readonly routes: RouteSettings;
  readonly grounding: GroundingMode;
  /** Ceiling of one answer in tokens. */
  readonly maxOutputTokens: number;
  readonly thinking: boolean;
  /** Name of the profile that answers in sessions that have chosen none. */
  readonly profile: string;
  /** Words the user wants in every system prompt. */
  readonly instructions: string;
  /** Tokens of the conversation sent word for word; older turns go into frames. Never more than fits. */
  readonly conversationTokens: number;
  /** Whether earlier turns are recalled, and from where. */
  readonly recall: 'off' | 'session' | 'workspace';
  /** `provider/model` that embeds earlier turns and questions for recall; empty for the word vectors that come along. */
  readonly embeddings: string;
  /** Whether frames are written by a model, by extraction, or not unasked. */
  readonly compaction: 'model' | 'extractive' | 'off';
  /** Whether placeholders take the place of secrets in what is sent and stored. */
  readonly maskSecrets: boolean;
  /** Whether they do so for mail addresses and phone numbers too. */
  readonly maskPersonalData: boolean;
  /** Names that are masked with them. */
  readonly maskedNames: readonly string[];
  /** Nothing leaves the machine: only providers on it answer. */
  readonly localOnly: boolean;
}
