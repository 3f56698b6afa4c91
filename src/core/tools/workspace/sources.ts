/** What the tools of a model may see of a workspace. Paths are relative to it, with forward slashes. */
import type { PassageSearch } from '../../ports.ts';

/** A file or folder of the workspace that may be shown. */
export interface WorkspacePlace {
  uri: string;
  /** As people see it. */
  path: string;
  /** Where it is on the disk, links resolved. */
  real: string;
  isFolder: boolean;
}

/**
 * Files as they are now, unsaved changes included. Everything throws `path_refused` for a path that leads out, links
 * resolved, `file_missing` where nothing is, and `file_stays_out` for what is not sent by itself.
 */
export interface WorkspaceFiles {
  place(path: string): Promise<WorkspacePlace>;
  /** As `place`, by its address. */
  placeOf(uri: string): Promise<WorkspacePlace>;
  read(path: string): Promise<{ uri: string; path: string; text: string }>;
  /** What may be shown below a folder, shallow ones first; folders end with a slash. `''` is the whole workspace. */
  list(
    folder: string,
    options: { depth: number; most: number; signal: AbortSignal },
  ): Promise<{ paths: string[]; more: boolean }>;
  /** The path of each file as people see it; undefined for one that lies elsewhere or stays out. Never rejects. */
  shown(uris: readonly string[]): Promise<(string | undefined)[]>;
}

export interface Commit {
  /** As git abbreviates it. */
  id: string;
  /** ISO 8601 with the offset of its author. */
  at: string;
  author: string;
  subject: string;
}

export interface BlamedLine extends Commit {
  line: number;
  text: string;
}

/** Reads the history by git, which is asked about trusted workspaces only. Throws `history_unavailable`. */
export interface WorkspaceHistory {
  /** Newest first. Without a place of the whole workspace. `words` stand in the message. */
  log(
    place: WorkspacePlace | undefined,
    options: { words?: string; most: number; signal: AbortSignal },
  ): Promise<Commit[]>;
  /** Lines as the newest commit has them, both ends included. */
  blame(
    place: WorkspacePlace,
    options: { startLine: number; endLine: number; signal: AbortSignal },
  ): Promise<BlamedLine[]>;
  /** The text of a file as the newest commit has it. */
  committed(place: WorkspacePlace, signal: AbortSignal): Promise<string>;
}

export interface SymbolPlace {
  name: string;
  /** In one word, such as `function`. */
  kind: string;
  /** What it stands within. */
  container?: string;
  uri: string;
  startLine: number;
  endLine: number;
}

export interface Problem {
  uri: string;
  line: number;
  severity: 'error' | 'warning' | 'information' | 'hint';
  message: string;
}

/** What language servers know; only an editor has them. Lines count from 1. Nothing is found where there is none. */
export interface LanguageFeatures {
  symbolsIn(uri: string): Promise<SymbolPlace[]>;
  symbolsNamed(words: string): Promise<SymbolPlace[]>;
  /** Where the symbol that stands in this line is defined and used; undefined where it does not stand there. */
  references(
    uri: string,
    line: number,
    symbol: string,
  ): Promise<{ definitions: LinePlace[]; uses: LinePlace[] } | undefined>;
  problems(uri?: string): Promise<Problem[]>;
}

export interface LinePlace {
  uri: string;
  line: number;
}

export interface WorkspaceSources {
  files: WorkspaceFiles;
  history: WorkspaceHistory;
  /** Absent where there is no editor. */
  language?: LanguageFeatures;
  search: PassageSearch;
  /** Whether programs may be run in the workspace, which git is. */
  isTrusted(): boolean;
}
