/** Passages of the open files and of the text files below folders. Lives in the search worker. */
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { traceOf } from '../base/trace.ts';
import { isSearchableName, isSearchableText } from '../core/grounding/fileRules.ts';
import type { Exclude } from '../core/grounding/globs.ts';
import { findPassages, type Question } from '../core/grounding/retriever.ts';
import type { WordNeighbours } from '../core/grounding/wordNeighbours.ts';
import type { IndexState, OpenFile, Passage } from '../core/ports.ts';
import { ruleMarks } from './gitignore.ts';
import { lookAt } from './index/changedFile.ts';
import { FolderWatch } from './index/folderWatch.ts';
import {
  type IndexBounds,
  keyOfFile,
  mostParsed,
  type Place,
  WorkspaceIndex,
} from './index/workspaceIndex.ts';
import type { CutBySyntax } from './syntax/openSyntax.ts';
import { WorkspacePast } from './workspacePast.ts';

/** What is to be searched. */
export interface SearchPlace {
  /** Absolute paths. */
  folders: readonly string[];
  /** What the editor's settings hide. */
  excludes?: readonly Exclude[];
  /** Where the index is kept on disk; in memory alone without it. */
  indexFolder?: string | undefined;
  /**
   * Who sees that files change: who calls `changed`, or this thread itself, as far as the system lets it. All files are
   * looked at for each question where nobody does.
   */
  watch?: 'told' | 'own' | undefined;
  /** Whether files are not to be read now; as it was before, where it is left out. */
  isPaused?: boolean | undefined;
}

export interface SearchRequest extends SearchPlace {
  question: string;
  /** As `PassageOptions` has it. */
  around?: string | undefined;
  limit: number;
  openFiles: readonly OpenFile[];
  /** Whether git may be asked what was changed before; not where the workspace is not trusted. */
  mayAskGit?: boolean;
}

export interface SearchResult {
  passages: Passage[];
  files: number;
  /** False when not all files are in the index: there are too many, or reading them takes too long. */
  complete: boolean;
}

export interface SearchBounds {
  files: number;
  /** Bytes of text in the index. */
  bytes: number;
  /** A tree of more files is cut by its lines when it is first read, and by its syntax where something is found. */
  parsed: number;
  /** How long a question waits for files to be read, in ms; reading goes on behind the answer. */
  patienceMs: number;
  /** How long an answer waits for git beyond that, in ms; what comes later counts for the next question. */
  pastPatienceMs: number;
  /** Rest after a question or a change before what was found is parsed and what was changed is written, in ms. */
  restMs: number;
}

/** What the thread tells by itself. */
export type SearchEvent =
  | { type: 'index'; state: IndexState }
  | { type: 'problem'; message: string; trace: string | undefined };

/** People wait some seconds for an answer. Whatever is not written by then is read again at the next start. */
const patience = { patienceMs: 5000, pastPatienceMs: 1000, restMs: 30_000 };
/** On disk. Three times the largest source trees that people have open, such as that of Chromium. */
const onDisk = { files: 1_000_000, bytes: 10_000_000_000 };
/** Where nothing can be written; it takes some 150 MB. */
const inMemory = { files: 20_000, bytes: 150_000_000 };
/** More changes at a time come from a checkout or a build, and a pass is faster than single looks. */
const mostSingly = 500;
/** A file that changes between two readings of one question is left out of its answer. */
const mostRounds = 2;

export class WorkspaceSearch {
  readonly #bounds: IndexBounds | undefined;
  readonly #waits: Pick<SearchBounds, 'patienceMs' | 'pastPatienceMs' | 'restMs'>;
  readonly #mostParsed: number;
  readonly #tell: (event: SearchEvent) => void;
  readonly #cut: CutBySyntax;
  #index: WorkspaceIndex | undefined;
  /** Texts of open editors, which stand in for the files on disk. */
  readonly #open = new Map<string, string>();
  #place: Place | undefined;
  /** `of` names the place and the rules around it; a pass that is done is kept while changes are told. */
  #pass: { of: string; since: number; hasBegun: boolean; done: Promise<boolean> } | undefined;
  #isPassed = false;
  #mustPass = false;
  #flushing: NodeJS.Timeout | undefined;
  /** Files that answered something since the last rest. */
  readonly #found = new Set<string>();
  #watch: FolderWatch | undefined;

  readonly #past = new WorkspacePast((past) => this.#index?.passages.usePast(past));
  readonly #neighbours: () => Promise<WordNeighbours | undefined>;

  /** Bounds that are given hold on disk and in memory. */
  constructor(
    bounds: Partial<SearchBounds> = {},
    neighbours: () => Promise<WordNeighbours | undefined> = async () => undefined,
    tell: (event: SearchEvent) => void = () => undefined,
    cut: CutBySyntax = () => undefined,
  ) {
    const { files, bytes, parsed = mostParsed } = bounds;
    this.#mostParsed = parsed;
    this.#waits = { ...patience, ...bounds };
    this.#bounds = files === undefined && bytes === undefined ? undefined : { ...onDisk, ...bounds };
    this.#neighbours = neighbours;
    this.#tell = tell;
    this.#cut = cut;
  }

  /** Never rejects for files it cannot read. */
  async search(request: SearchRequest): Promise<SearchResult> {
    const index = this.#indexOf(request);
    this.#takeOpenFiles(index, request.openFiles);
    const past = request.mayAskGit ? this.#past.refresh(request.folders) : Promise.resolve();
    const complete = await this.#brought(index, request);
    await within(
      this.#waits.pastPatienceMs,
      past.then(() => true),
    );
    const passages = await this.#find(index, {
      text: request.question,
      around: request.around,
      limit: request.limit,
      editors: request.openFiles.map((file) => ({ ...file, key: keyOf(file.uri) })),
      neighbours: await this.#neighbours(),
    });
    for (const { uri } of passages) this.#found.add(keyOf(uri));
    this.#flushLater(index);
    return { passages, files: index.passages.files, complete };
  }

  /** Brings the index up to date, before anything is asked. */
  async follow(place: SearchPlace): Promise<void> {
    await this.#passOver(this.#indexOf(place), place);
  }

  /** Files were changed, added or deleted; absolute paths. */
  async changed(paths: readonly string[]): Promise<void> {
    const index = this.#index;
    const place = this.#place;
    if (!index || !place) return;
    let mustPass = paths.length > mostSingly;
    for (const path of mustPass ? [] : paths) {
      const one = await lookAt(path, place);
      switch (one.kind) {
        case 'file':
          await index.refresh(one.found);
          break;
        case 'gone':
          index.forget(path);
          break;
        case 'other':
          mustPass = true;
          break;
        default:
          one satisfies never;
      }
    }
    if (mustPass) {
      this.#mustPass = true;
      await this.#passOver(index, place);
    } else this.#flushLater(index);
    this.#tellState();
  }

  /** Reading goes on with `resume`; what is asked meanwhile is answered from what was read. */
  async pause(): Promise<void> {
    this.#index?.pace.pause();
    this.#tellState();
  }

  async resume(): Promise<void> {
    this.#index?.pace.resume();
    this.#tellState();
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    clearTimeout(this.#flushing);
    this.#watch?.close();
    await this.#index?.close();
  }

  #indexOf({ indexFolder, isPaused }: SearchPlace): WorkspaceIndex {
    this.#index ??= new WorkspaceIndex({
      bounds: this.#bounds ?? onDisk,
      inMemory: this.#bounds ?? inMemory,
      mostParsed: this.#mostParsed,
      folder: indexFolder,
      cut: this.#cut,
      onProblem: (message, error) =>
        this.#tell({ type: 'problem', message, trace: error === undefined ? undefined : traceOf(error) }),
      onProgress: () => this.#tellState(),
      onFolders: (folders) => this.#watch?.follow(folders),
    });
    const { pace } = this.#index;
    if (isPaused !== undefined && isPaused !== pace.isPaused) {
      if (isPaused) pace.pause();
      else pace.resume();
      this.#tellState();
    }
    return this.#index;
  }

  /** A pass that takes long is waited for by those who ask at its beginning. */
  async #brought(index: WorkspaceIndex, place: SearchPlace): Promise<boolean> {
    const pass = this.#passOver(index, place);
    const since = this.#pass?.since ?? 0;
    const left = Math.max(0, since + this.#waits.patienceMs - performance.now());
    // One that is paused is not over sooner for being waited for.
    return within(index.pace.isPaused ? 0 : left, pass);
  }

  /** False when the bounds kept files out. Calls during a pass share it. */
  #passOver(index: WorkspaceIndex, { folders, excludes = [], watch }: SearchPlace): Promise<boolean> {
    const place = { folders, excludes };
    const of = JSON.stringify({ ...place, rules: ruleMarks(folders) });
    if (watch === 'own')
      this.#watch ??= new FolderWatch((paths) => {
        // What goes wrong here is tried again with the next question.
        this.changed(paths).catch(() => (this.#mustPass = true));
      });
    const isWatched = watch === 'told' || this.#watch?.isComplete === true;
    // One that has not begun will see what is changed by now.
    if (this.#pass?.of === of && !this.#pass.hasBegun) this.#mustPass = false;
    const isKnown = this.#pass?.of === of && !this.#mustPass;
    if (this.#pass && isKnown && (!this.#isPassed || isWatched)) return this.#pass.done;
    this.#mustPass = false;
    this.#isPassed = false;
    this.#place = place;
    const earlier = this.#pass?.done.catch(() => true) ?? Promise.resolve(true);
    const begin = () => {
      pass.hasBegun = true;
      return index.pass(place);
    };
    const done = earlier.then(begin).finally(() => {
      if (this.#pass?.done === done) this.#isPassed = true;
    });
    const pass = { of, since: performance.now(), hasBegun: false, done };
    this.#pass = pass;
    return done;
  }

  async #find(index: WorkspaceIndex, question: Question): Promise<Passage[]> {
    for (let round = 1; ; round++) {
      let isStale = false;
      const passages = await findPassages(index.passages, question, async (key) => {
        const open = this.#open.get(key);
        if (open !== undefined) return open;
        // Until a pass is over, a rule that keeps the file out may not have been read.
        const place = this.#isPassed && !this.#mustPass ? undefined : this.#place;
        if (place && (await lookAt(key, place)).kind === 'gone') {
          index.forget(key);
          isStale = true;
          return undefined;
        }
        return index.textOf(key, () => {
          isStale = true;
        });
      });
      if (!isStale || round === mostRounds) return passages;
    }
  }

  #takeOpenFiles(index: WorkspaceIndex, files: readonly OpenFile[]): void {
    const now = new Map(
      files
        .filter(
          (file) => file.staysOut === undefined && isSearchableName(file.path) && isSearchableText(file.text),
        )
        .map((file) => [keyOf(file.uri), file] as const),
    );
    for (const key of this.#open.keys()) {
      if (now.has(key)) continue;
      this.#open.delete(key);
      index.passages.deleteOpen(key);
    }
    for (const [key, file] of now) {
      if (this.#open.get(key) === file.text) continue;
      this.#open.set(key, file.text);
      index.passages.setOpen(key, file);
    }
  }

  #flushLater(index: WorkspaceIndex): void {
    clearTimeout(this.#flushing);
    this.#flushing = setTimeout(() => void this.#rest(index), this.#waits.restMs).unref();
  }

  /** What nobody should wait for. Never rejects. */
  async #rest(index: WorkspaceIndex): Promise<void> {
    const found = [...this.#found].filter((key) => !this.#open.has(key));
    this.#found.clear();
    await index.rest(found);
    this.#tellState();
  }

  #tellState(): void {
    const index = this.#index;
    if (!index) return;
    const { progress, passages } = index;
    const reading = progress !== undefined;
    this.#tell({
      type: 'index',
      state: {
        phase: index.pace.isPaused ? 'paused' : reading ? 'reading' : 'ready',
        seen: progress?.seen ?? 0,
        found: progress?.found ?? 0,
        files: passages.files,
        chunks: passages.chunks,
        asText: passages.asText,
        isStored: index.isStored,
      },
    });
  }
}

/** Open editors and files on disk are the same file when their paths are. */
function keyOf(uri: string): string {
  try {
    return uri.startsWith('file:') ? keyOfFile(fileURLToPath(uri)) : uri;
  } catch {
    // A file URI with a host has no path on this machine; it is a key of its own.
    return uri;
  }
}

/** False when the promise takes longer. */
async function within(ms: number, done: Promise<boolean>): Promise<boolean> {
  const answered = new AbortController();
  const late = after(ms, false, { signal: answered.signal });
  // The timer is ended when the promise was faster, which it tells by rejecting.
  late.catch(() => undefined);
  try {
    return await Promise.race([done, late]);
  } finally {
    answered.abort();
  }
}
