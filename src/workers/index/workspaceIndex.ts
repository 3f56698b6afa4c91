/** The index of a workspace's files: read from disk, brought up to date, and written behind the answers. */
import { lstatSync, type Stats } from 'node:fs';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Exclude } from '../../core/grounding/globs.ts';
import type { Part } from '../../core/grounding/parts/part.ts';
import type { FileStamp } from '../../core/grounding/parts/tables.ts';
import { PassageIndex, type SourceFile } from '../../core/grounding/passageIndex.ts';
import type { CutBySyntax } from '../syntax/openSyntax.ts';
import { type FoundFile, type FoundFolder, fileIn, foldersOf, readTextFile } from '../workspaceFiles.ts';
import { IndexFolder } from './indexFolder.ts';
import { Pace } from './pace.ts';
import { toMerge } from './toMerge.ts';
import { removeUnusedBeside } from './unusedIndexes.ts';

/** Where the files of a workspace lie. */
export interface Place {
  /** Absolute paths. */
  folders: readonly string[];
  /** What the editor's settings hide. */
  excludes: readonly Exclude[];
}

export interface IndexBounds {
  files: number;
  /** Bytes of text. */
  bytes: number;
}

/** A file as it was read; without a text it is no text worth quoting. */
type ReadSource = Omit<SourceFile, 'uri' | 'text'> & { text: string | undefined };

export interface IndexOptions {
  bounds: IndexBounds;
  /** Those that hold while nothing can be written. */
  inMemory: IndexBounds;
  /** A tree of more files is cut by its lines when it is first read. */
  mostParsed: number;
  /** Where it is written; undefined where it is kept in memory. */
  folder?: string | undefined;
  /** Where the chunks of a file begin by its syntax. */
  cut: CutBySyntax;
  /** Told when something went wrong that does not keep questions from being answered. */
  onProblem(message: string, error?: unknown): void;
  onProgress(): void;
  /** Which folders a pass looks into. */
  onFolders(folders: ReadonlySet<string>): void;
}

/** How far a pass over all files has come. */
export interface Progress {
  /** Files that were looked at, of all that were found. */
  seen: number;
  found: number;
}

/** Chunks in memory before they are written: some 15 MB, and parts that are large enough to be few. */
const mostInMemory = 8192;
/** A file that was written so shortly before it was read may have been written again since, with the same time; ms. */
const doubtMs = 2000;
const inDoubt = -1;
/**
 * Parsing takes three times as long as all the rest, so that a tree of more files is read by its lines; what is changed
 * in it later, and what is found in it, is parsed one by one.
 */
export const mostParsed = 20_000;
/** Files that are parsed at a time, so that neither thread waits for the other, and few texts are held. */
const mostParsing = 16;
/** Files between two tellings of progress. */
const toldEvery = 500;

const uriOf = (key: string): string => pathToFileURL(key).href;
/** Keys have forward slashes everywhere, as paths that people see have. */
export const keyOfFile = (file: string): string => (sep === '/' ? file : file.replaceAll(sep, '/'));

export class WorkspaceIndex {
  readonly passages = new PassageIndex(uriOf);
  readonly pace = new Pace();
  readonly #options: IndexOptions;
  #folder: IndexFolder | undefined;
  /** It cannot be written any more; its parts are read on, so that it is closed with the index. */
  #unwritable: IndexFolder | undefined;
  #isOpened = false;
  #bytes = 0;
  #progress: Progress | undefined;
  /** Files that were changed one by one while a pass was under way, which may not have seen them. */
  #changedMeanwhile: Set<string> | undefined;
  /** Writing is one thing after the other. */
  #writing: Promise<void> = Promise.resolve();
  #isDirty = false;
  /** Parts with something of files that are there and stay out from now on, so that it does not remain on disk. */
  readonly #holdLeftOut = new WeakSet<Part>();
  #pass = 0;
  /** Whether the tree was too large to be parsed. */
  #isByLines = false;
  /** Files of such a tree that are not by their lines any more, as far as this process knows. */
  readonly #cutSince = new Set<string>();
  /** Files that are parsed just now, each with its newest reading. */
  readonly #parsing = new Map<string, symbol>();

  constructor(options: IndexOptions) {
    this.#options = options;
  }

  /** Undefined while all files are known. */
  get progress(): Progress | undefined {
    return this.#progress;
  }

  get isStored(): boolean {
    return this.#folder !== undefined;
  }

  /** Reads what was written earlier; once, and again where another process wrote until now. */
  open(): void {
    const { folder, onProblem } = this.#options;
    if (folder === undefined || this.#folder || this.#unwritable) return;
    try {
      this.#folder = IndexFolder.take(folder, uriOf);
      if (!this.#folder || this.#isOpened) return;
      removeUnusedBeside(folder);
      const { parts, problem } = this.#folder.read();
      if (problem) onProblem('The index was damaged or is of another version, and is made anew.', problem);
      for (const part of parts) {
        this.passages.put(part);
        for (let file = 0; file < part.files.size; file++)
          if ((part.files.count[file] ?? 0) > 0 && part.files.isThere(file))
            this.#bytes += part.files.bytes[file] ?? 0;
      }
    } catch (error) {
      onProblem('The index cannot be kept on disk.', error);
    } finally {
      this.#isOpened = true;
    }
  }

  /** Looks at every file; false when the bounds kept some out. Never rejects for a file. */
  async pass(place: Place): Promise<boolean> {
    this.open();
    this.#changedMeanwhile = new Set();
    this.#pass++;
    try {
      const { found, complete } = await this.#walk(place);
      // Before files are read, so that no change falls between the two.
      this.#options.onFolders(new Set(found.map(({ folder }) => folder)));
      const fitted = await this.#lookAtAll(found);
      for (const key of this.passages.unseen(this.#pass))
        if (!this.#changedMeanwhile.has(key)) this.#leaveOut(key);
      if (this.#isDirty) await this.flush();
      return complete && fitted;
    } finally {
      this.#changedMeanwhile = undefined;
      this.#progress = undefined;
      this.#options.onProgress();
    }
  }

  async #walk({ folders, excludes }: Place): Promise<{ found: FoundFolder[]; complete: boolean }> {
    const found: FoundFolder[] = [];
    const bound = this.#bounds().files;
    let files = 0;
    for await (const folder of foldersOf(folders, excludes)) {
      const fitting = folder.names.slice(0, bound - files);
      found.push({ ...folder, names: fitting });
      files += fitting.length;
      this.#progress = { seen: 0, found: files };
      if (fitting.length < folder.names.length) return { found, complete: false };
      await this.pace.breathe();
    }
    return { found, complete: true };
  }

  /** False when there was no room for all of them. */
  async #lookAtAll(found: readonly FoundFolder[]): Promise<boolean> {
    const all = found.reduce((sum, { names }) => sum + names.length, 0);
    this.#isByLines = all > this.#options.mostParsed;
    let seen = 0;
    let fitted = true;
    const running = new Set<Promise<void>>();
    for (const folder of found) {
      for (const name of folder.names) {
        const file = fileIn(folder, name);
        const looked = this.#look(file, !this.#isByLines);
        if (typeof looked === 'boolean') fitted &&= looked;
        else {
          const task: Promise<void> = looked.then((one) => {
            fitted &&= one;
            running.delete(task);
          });
          running.add(task);
          if (running.size >= mostParsing) await Promise.race(running);
        }
        this.#progress = { seen: ++seen, found: all };
        if (seen % toldEvery === 0) this.#options.onProgress();
        if (this.passages.chunksInMemory >= mostInMemory) await this.flush();
        await this.pace.breathe();
      }
    }
    await Promise.all(running);
    return fitted;
  }

  /** Reads a file again where it is another than it was; false when there is no room for it. */
  async refresh(file: FoundFile): Promise<boolean> {
    const key = keyOfFile(file.file);
    this.#changedMeanwhile?.add(key);
    return this.#look(file, true);
  }

  /** Cuts files by their syntax that were cut by their lines: what was found once is likely to be found again. */
  async #cutFound(keys: readonly string[]): Promise<void> {
    for (const key of this.#isByLines ? keys : []) {
      const known = this.passages.stampOf(key);
      if (!known?.holdsText || this.#cutSince.has(key) || this.#parsing.has(key)) continue;
      this.#cutSince.add(key);
      const read = readTextFile(key);
      // One that is another by now is read again by who is told of the change.
      const cutting =
        read?.text === undefined || read.hash !== known.hash
          ? undefined
          : this.#options.cut(known.path, read.text);
      if (!read || !cutting) continue;
      await this.#takeCut(key, { path: known.path, text: read.text }, read, cutting);
    }
  }

  /** Forgets a file, or all files below a folder. */
  forget(path: string): void {
    const key = keyOfFile(path);
    this.#changedMeanwhile?.add(key);
    if (this.passages.stampOf(key)) this.#leaveOut(key);
    else
      for (const other of [...this.passages.keys()]) if (other.startsWith(`${key}/`)) this.#leaveOut(other);
  }

  /** The text of a file as it was indexed. A file that is another by now is indexed again, and `isStale` is told. */
  textOf(key: string, isStale: () => void): string | undefined {
    const stamp = this.passages.stampOf(key);
    if (!stamp) return undefined;
    const read = readTextFile(key);
    if (read?.hash === stamp.hash) return read.text;
    isStale();
    // By its lines, as the question waits.
    if (read) this.#set(key, { path: stamp.path, text: read.text }, read);
    else this.#forget(key);
    return undefined;
  }

  /** What nobody should wait for: looks again at files that were found, and writes what is not written. Never rejects. */
  async rest(found: readonly string[]): Promise<void> {
    await this.#cutFound(found);
    if (this.#isDirty) await this.flush();
  }

  /** Writes what is only in memory. Never rejects: what cannot be written stays in memory. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes what is left and lets others write. */
  async close(): Promise<void> {
    this.pace.resume();
    if (this.#isDirty) await this.flush();
    await this.#writing;
    this.#folder?.close();
    this.#unwritable?.close();
    this.#folder = undefined;
  }

  #bounds(): IndexBounds {
    return this.#folder ? this.#options.bounds : this.#options.inMemory;
  }

  /** False when there is no room. A promise while the file is parsed. */
  #look({ file, path }: FoundFile, isParsed: boolean): boolean | Promise<boolean> {
    const key = keyOfFile(file);
    const stat = statOf(file);
    const known = this.passages.stampOf(key);
    this.passages.see(key, this.#pass);
    const isSame = known && known.size === stat?.size && known.path === path;
    if (isSame && known.mtimeMs === stat?.mtimeMs) return true;
    const read = stat?.isFile() ? readTextFile(file) : undefined;
    if (!read) {
      this.#forget(key);
      return true;
    }
    if (isSame && known.hash === read.hash) {
      this.passages.restamp(key, stampOf(read));
      this.#isDirty = true;
      return true;
    }
    const source = { path, text: read.text };
    return isParsed ? this.#take(key, source, read) : this.#set(key, source, read);
  }

  #take(key: string, file: ReadSource, stamp: FileStamp): boolean | Promise<boolean> {
    const cutting = file.text === undefined ? undefined : this.#options.cut(file.path, file.text);
    return cutting ? this.#takeCut(key, file, stamp, cutting) : this.#set(key, file, stamp);
  }

  #takeCut(
    key: string,
    file: ReadSource,
    stamp: FileStamp,
    cutting: NonNullable<ReturnType<CutBySyntax>>,
  ): Promise<boolean> {
    const turn = Symbol(key);
    this.#parsing.set(key, turn);
    return cutting.then((chunks) => {
      // The file may have been read again or forgotten meanwhile.
      if (this.#parsing.get(key) !== turn) return true;
      const fits = this.#set(
        key,
        { ...file, ...(chunks ? { cut: () => chunks } : { isAsText: true }) },
        stamp,
      );
      if (this.#isByLines) this.#cutSince.add(key);
      return fits;
    });
  }

  #set(key: string, { path, text, cut, isAsText }: ReadSource, stamp: FileStamp): boolean {
    this.#forget(key);
    if (text !== undefined && this.#bytes + stamp.size > this.#bounds().bytes) return false;
    const file = { uri: uriOf(key), path, text: text ?? '', cut, isAsText: isAsText ?? false };
    this.passages.set(key, file, stampOf(stamp));
    this.passages.see(key, this.#pass);
    if (text !== undefined) this.#bytes += stamp.size;
    this.#isDirty = true;
    return true;
  }

  #forget(key: string): void {
    this.#parsing.delete(key);
    this.#cutSince.delete(key);
    const known = this.passages.stampOf(key);
    if (!known) return;
    if (known.holdsText) this.#bytes -= known.size;
    this.passages.delete(key);
    this.#isDirty = true;
  }

  /** Forgets a file that is gone, or was left out. */
  #leaveOut(key: string): void {
    const part = this.passages.partOf(key);
    if (part && statOf(key)) this.#holdLeftOut.add(part);
    this.#forget(key);
  }

  async #write(): Promise<void> {
    const folder = this.#folder;
    if (!folder) {
      if (this.passages.chunksInMemory >= mostInMemory) this.passages.compact();
      return;
    }
    try {
      this.#isDirty = false;
      if (this.passages.chunksInMemory > 0 || this.passages.filesInMemory > 0) {
        const sealed = this.passages.seal();
        await this.#rewrite(folder, [sealed]);
      }
      const next = () => {
        const { parts } = this.passages;
        const one = parts.find((part) => this.#holdLeftOut.has(part));
        return one ? [one] : toMerge(parts, mostInMemory);
      };
      for (let few = next(); few; few = next()) await this.#rewrite(folder, few);
      folder.commit(this.passages.parts);
    } catch (error) {
      this.#options.onProblem('The index could not be written. It goes on in memory.', error);
      this.#unwritable = folder;
      this.#folder = undefined;
    }
  }

  async #rewrite(folder: IndexFolder, parts: readonly Part[]): Promise<void> {
    for (const part of parts) this.#holdLeftOut.delete(part);
    const written = await folder.write(parts, this.pace);
    this.passages.put(written, parts);
    // What was left out while it was written is in it.
    if (parts.some((part) => this.#holdLeftOut.has(part))) this.#holdLeftOut.add(written);
  }
}

function statOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    // A folder above it became a file, or is closed to us.
    return undefined;
  }
}

/** The time of a file that may be written again within it counts as unknown, so that its bytes are compared. */
const stampOf = ({ size, hash, mtimeMs }: FileStamp): FileStamp => ({
  size,
  hash,
  mtimeMs: Date.now() - mtimeMs < doubtMs ? inDoubt : mtimeMs,
});
