/** Passages of the open files and of the text files below folders. Lives in the search worker. */
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isSearchableName, isSearchableText } from '../core/grounding/fileRules.ts';
import type { Exclude } from '../core/grounding/globs.ts';
import { PassageIndex } from '../core/grounding/passageIndex.ts';
import { findPassages } from '../core/grounding/retriever.ts';
import type { WordNeighbours } from '../core/grounding/wordNeighbours.ts';
import type { OpenFile, Passage } from '../core/ports.ts';
import { type FileState, filesOf, readTextFile } from './workspaceFiles.ts';
import { WorkspacePast } from './workspacePast.ts';

export interface SearchRequest {
  question: string;
  limit: number;
  /** Absolute paths. */
  folders: readonly string[];
  openFiles: readonly OpenFile[];
  /** What the editor's settings hide. */
  excludes?: readonly Exclude[];
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
  /** How long a question waits for files to be read, in ms; reading goes on behind the answer. */
  patienceMs: number;
  /** How long an answer waits for git beyond that, in ms; what comes later counts for the next question. */
  pastPatienceMs: number;
}

/** Memory: the index of 16,000 source files took about 350 MB. Patience: people wait some seconds for an answer. */
const usualBounds: SearchBounds = {
  files: 20_000,
  bytes: 150_000_000,
  patienceMs: 5000,
  pastPatienceMs: 1000,
};
/** Files read at a time; more does not read faster. */
const parallel = 16;

export class WorkspaceSearch {
  readonly #bounds: SearchBounds;
  readonly #index = new PassageIndex();
  /** State in which each file on disk was indexed, also of those that hold no text. */
  readonly #known = new Map<string, FileState>();
  /** Bytes that each file on disk has in the index. */
  readonly #indexed = new Map<string, number>();
  /** Texts of open editors, which stand in for the files on disk. */
  readonly #open = new Map<string, string>();
  #bytes = 0;
  /** `of` names the folders and what is hidden in them. */
  #reading: { of: string; done: Promise<boolean> } | undefined;

  readonly #past = new WorkspacePast((past) => this.#index.usePast(past));
  readonly #neighbours: Promise<WordNeighbours | undefined>;

  constructor(bounds: Partial<SearchBounds> = {}, neighbours?: Promise<WordNeighbours | undefined>) {
    this.#bounds = { ...usualBounds, ...bounds };
    this.#neighbours = neighbours ?? Promise.resolve(undefined);
  }

  /** Never rejects for files it cannot read. */
  async search(request: SearchRequest): Promise<SearchResult> {
    this.#takeOpenFiles(request.openFiles);
    const past = request.mayAskGit ? this.#past.refresh(request.folders) : Promise.resolve();
    const complete = await within(
      this.#bounds.patienceMs,
      this.#refresh(request.folders, request.excludes ?? []),
    );
    await within(
      this.#bounds.pastPatienceMs,
      past.then(() => true),
    );
    const editors = request.openFiles.map((file) => ({ ...file, key: keyOf(file.uri) }));
    const question = {
      text: request.question,
      limit: request.limit,
      editors,
      neighbours: await this.#neighbours,
    };
    const passages = await findPassages(this.#index, question, (key) => this.#read(key));
    return { passages, files: this.#index.files, complete };
  }

  #takeOpenFiles(files: readonly OpenFile[]): void {
    const now = new Map(
      files
        .filter(
          (file) => file.staysOut === undefined && isSearchableName(file.path) && isSearchableText(file.text),
        )
        .map((file) => [keyOf(file.uri), file] as const),
    );
    for (const key of this.#open.keys()) {
      if (now.has(key)) continue;
      // A closed file is read from disk again, without what was not saved.
      this.#open.delete(key);
      this.#forget(key);
    }
    for (const [key, file] of now) {
      if (this.#open.get(key) === file.text) continue;
      this.#open.set(key, file.text);
      this.#index.set(key, file);
    }
  }

  /** Brings the index up to date; false when the bounds kept files out. Questions during it share one run. */
  #refresh(folders: readonly string[], excludes: readonly Exclude[]): Promise<boolean> {
    const wanted = JSON.stringify([folders, excludes]);
    if (this.#reading?.of === wanted) return this.#reading.done;
    const earlier = this.#reading?.done ?? Promise.resolve(true);
    const done = earlier
      .then(() => this.#readAll(folders, excludes))
      .finally(() => {
        if (this.#reading?.done === done) this.#reading = undefined;
      });
    this.#reading = { of: wanted, done };
    return done;
  }

  async #readAll(folders: readonly string[], excludes: readonly Exclude[]): Promise<boolean> {
    const seen = new Set<string>(this.#open.keys());
    const running = new Set<Promise<void>>();
    let complete = true;
    for await (const found of filesOf(folders, excludes)) {
      if (seen.size >= this.#bounds.files) {
        complete = false;
        break;
      }
      seen.add(found.file);
      const task = this.#readOne(found.file, found.path).then((fitted) => {
        complete &&= fitted;
        running.delete(task);
      });
      running.add(task);
      if (running.size >= parallel) await Promise.race(running);
    }
    await Promise.all(running);
    for (const key of [...this.#known.keys()]) if (!seen.has(key)) this.#forget(key);
    return complete;
  }

  /** False when the file has no room in the index. */
  async #readOne(file: string, path: string): Promise<boolean> {
    const read = await readTextFile(file, this.#known.get(file));
    if (read === 'unchanged' || this.#open.has(file)) return true;
    this.#forget(file);
    if (!read) return true;
    if (read.text !== undefined && this.#bytes + read.size > this.#bounds.bytes) return false;
    this.#known.set(file, { size: read.size, mtimeMs: read.mtimeMs });
    if (read.text === undefined) return true;
    this.#bytes += read.size;
    this.#indexed.set(file, read.size);
    this.#index.set(file, { uri: pathToFileURL(file).href, path, text: read.text });
    return true;
  }

  #forget(key: string): void {
    this.#bytes -= this.#indexed.get(key) ?? 0;
    this.#indexed.delete(key);
    this.#known.delete(key);
    if (!this.#open.has(key)) this.#index.delete(key);
  }

  async #read(key: string): Promise<string | undefined> {
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    const read = await readTextFile(key);
    return read === 'unchanged' ? undefined : read?.text;
  }
}

/** Open editors and files on disk are the same file when their paths are. */
function keyOf(uri: string): string {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : uri;
  } catch {
    // A file URI with a host has no path on this machine; it is a key of its own.
    return uri;
  }
}

/** False when the promise takes longer. */
async function within(ms: number, done: Promise<boolean>): Promise<boolean> {
  const answered = new AbortController();
  const late = setTimeout(ms, false, { signal: answered.signal });
  // The timer is ended when the promise was faster, which it tells by rejecting.
  late.catch(() => undefined);
  try {
    return await Promise.race([done, late]);
  } finally {
    answered.abort();
  }
}
