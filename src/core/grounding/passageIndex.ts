/** An index of the chunks of files, in parts, ranked by what a question asks for. */
import { type Cut, FileTerms } from './fileTerms.ts';
import { Asked } from './parts/asked.ts';
import { Columns } from './parts/columns.ts';
import { MemoryPart } from './parts/memoryPart.ts';
import type { Part } from './parts/part.ts';
import { Postings } from './parts/postings.ts';
import { storedInMemory } from './parts/storedInMemory.ts';
import { type FileStamp, presence } from './parts/tables.ts';
import { type Context, conceptsOf } from './question.ts';
import { Scored } from './ranking.ts';
import { type Scores, score } from './scoring.ts';

export interface SourceFile {
  uri: string;
  /** Relative to the workspace folder, with forward slashes. */
  path: string;
  text: string;
  /** Where its chunks begin and end, all lines in order; by its lines where it is left out. */
  cut?: Cut | undefined;
  /** It could have been cut by its syntax, and was not. */
  isAsText?: boolean;
}

/** What is known of files from elsewhere, such as what was written about changes to them. */
export interface FileScores {
  /** The number of a file in what `score` returns, by its path. */
  file(path: string): number | undefined;
  score(asked: readonly { term: string; weight: number }[]): Float64Array;
}

/** A part with how much of it is there. */
interface Held {
  part: Part;
  files: number;
  chunks: number;
  length: number;
}

interface Place {
  held: Held;
  file: number;
}

/** Chunks that are gone are given up when they are more than those in use, and enough to be worth it. */
const leastTakenBack = 4096;

export class PassageIndex {
  readonly #uriOf: (key: string) => string;
  #parts: Held[] = [];
  /** Files that were read last. */
  #memory = new MemoryPart();
  #newest = heldOf(this.#memory);
  #terms = termsFor(this.#memory);
  readonly #byKey = new Map<string, Place>();
  /** Texts of editors, which stand for the files of their keys; each is a part of its own, so that typing leaves nothing behind. */
  readonly #open = new Map<string, Held>();
  #past: FileScores | undefined;
  readonly #postings = new Postings();
  readonly #columns = new Columns();

  /** `uriOf` names a file that is in a stored part, by its key. */
  constructor(uriOf: (key: string) => string = (key) => key) {
    this.#uriOf = uriOf;
  }

  /** Files that can be found. */
  get files(): number {
    return this.#all().reduce((sum, { files }) => sum + files, 0);
  }

  /** Chunks that can be found. */
  get chunks(): number {
    return this.#all().reduce((sum, { chunks }) => sum + chunks, 0);
  }

  /** Files that could have been cut by their syntax, and were not. */
  get asText(): number {
    let sum = 0;
    for (const { part } of this.#all())
      for (let file = 0; file < part.files.size; file++)
        if (part.files.isAsText(file) && part.files.presence[file] !== presence.gone) sum++;
    return sum;
  }

  /** Chunks of files that were read last, gone ones too. */
  get chunksInMemory(): number {
    return this.#memory.chunks.size;
  }

  /** Parts but for the files that were read last and the texts of editors, the oldest first. */
  get parts(): readonly Part[] {
    return this.#parts.map(({ part }) => part);
  }

  /** Of all files but the texts of editors. */
  keys(): IterableIterator<string> {
    return this.#byKey.keys();
  }

  /** Files that were read last, gone ones and those without text too. */
  get filesInMemory(): number {
    return this.#memory.files.size;
  }

  /** How a file was found when it was read; undefined for one that is not in the index. */
  stampOf(key: string): (FileStamp & { path: string; holdsText: boolean }) | undefined {
    const place = this.#byKey.get(key);
    if (!place) return undefined;
    const { part } = place.held;
    const holdsText = (part.files.count[place.file] ?? 0) > 0;
    return { ...stampIn(place), path: part.names.path(place.file), holdsText };
  }

  /** The part that a file is in. */
  partOf(key: string): Part | undefined {
    return this.#byKey.get(key)?.held.part;
  }

  /** Says that a file is the same though it was written again. */
  restamp(key: string, stamp: FileStamp): void {
    const place = this.#byKey.get(key);
    place?.held.part.files.stamp(place.file, stamp);
  }

  /** Says which pass over all files saw a file last. */
  see(key: string, pass: number): void {
    const place = this.#byKey.get(key);
    if (place) place.held.part.files.seen[place.file] = pass;
  }

  /** Files that a pass did not see. */
  unseen(pass: number): string[] {
    const found: string[] = [];
    for (const [key, { held, file }] of this.#byKey) if (held.part.files.seen[file] !== pass) found.push(key);
    return found;
  }

  /** Adds a file or replaces it. One whose text is empty is remembered, and not found. */
  set(key: string, file: SourceFile, stamp?: FileStamp): void {
    this.delete(key);
    const named = { key, path: file.path, uri: file.uri };
    const number = this.#memory.add(named, stamp, (take) =>
      this.#terms.of(file.path, file.text, take, file.cut),
    );
    if (file.isAsText) this.#memory.files.markAsText(number);
    this.#byKey.set(key, this.#taken(this.#newest, number));
  }

  delete(key: string): void {
    const place = this.#byKey.get(key);
    if (!place) return;
    mark(place, presence.gone);
    this.#byKey.delete(key);
    const { held } = place;
    const gone = held.part.chunks.size - held.chunks;
    if (held === this.#newest && gone > Math.max(held.chunks, leastTakenBack)) {
      this.compact();
    }
  }

  /** What was read last takes a third of its room from now on. */
  compact(): void {
    const part = this.seal();
    this.put(storedInMemory(part, this.#uriOf), [part]);
  }

  /** A text that stands for the file of its key, and is never in a part that is stored. */
  setOpen(key: string, file: SourceFile): void {
    const part = new MemoryPart();
    const held = heldOf(part);
    const named = { key, path: file.path, uri: file.uri };
    const terms = termsFor(part);
    const number = part.add(named, undefined, (take) => terms.of(file.path, file.text, take, file.cut));
    this.#open.delete(key);
    this.#taken(held, number);
    this.#open.set(key, held);
    const place = this.#byKey.get(key);
    if (place) mark(place, presence.hidden);
  }

  /** The file is found as it is on disk again. */
  deleteOpen(key: string): void {
    if (!this.#open.delete(key)) return;
    const place = this.#byKey.get(key);
    if (place) mark(place, presence.there);
  }

  /** What was read last becomes a part that nothing is added to any more. */
  seal(): MemoryPart {
    const sealed = this.#memory;
    this.#parts.push(this.#newest);
    this.#memory = new MemoryPart();
    this.#newest = heldOf(this.#memory);
    this.#terms = termsFor(this.#memory);
    return sealed;
  }

  /**
   * Puts a part in the place of others that it was made of; without them it is one that was stored earlier. What was
   * changed or deleted since is gone in it.
   */
  put(part: Part, insteadOf: readonly Part[] = []): void {
    const held = heldOf(part);
    for (let file = 0; file < part.files.size; file++) {
      if (part.files.presence[file] === presence.gone) continue;
      const key = part.names.key(file);
      const before = this.#byKey.get(key);
      const isOlder = before ? !insteadOf.includes(before.held.part) : insteadOf.length > 0;
      part.files.presence[file] = presence.gone;
      if (isOlder) continue;
      if (before) {
        part.files.stamp(file, stampIn(before));
        part.files.seen[file] = before.held.part.files.seen[before.file] ?? 0;
      }
      this.#byKey.set(key, this.#taken(held, file));
    }
    const first = this.#parts.findIndex((one) => insteadOf.includes(one.part));
    const others = this.#parts.filter((one) => !insteadOf.includes(one.part));
    this.#parts = first < 0 ? [...others, held] : others.toSpliced(first, 0, held);
  }

  /** What is known of the files beside their text, from now on. */
  usePast(past: FileScores): void {
    this.#past = past;
    for (const { part } of this.#all()) {
      for (let file = 0; file < part.files.size; file++)
        if (part.files.presence[file] !== presence.gone)
          part.files.past[file] = past.file(part.names.path(file)) ?? -1;
    }
  }

  /** Looks for the words of a question. What is found is ranked before the next question is asked. */
  ask(text: string, context: Context = {}): Scored {
    const all = this.#all();
    const parts = all.map(({ part }) => part);
    const asked = new Asked(parts, this.#postings);
    const concepts = conceptsOf(text, asked, context);
    const totals = { chunks: 0, files: 0, length: 0 };
    for (const { chunks, files, length } of all) {
      totals.chunks += chunks;
      totals.files += files;
      totals.length += length;
    }
    const scores = score(concepts, parts, asked, totals, this.#columns);
    if (this.#past) addPast(this.#past.score(concepts), parts, scores);
    return new Scored(parts, scores, this.#columns);
  }

  #all(): Held[] {
    return [...this.#parts, this.#newest, ...this.#open.values()];
  }

  /** A file of a part that is there from now on, unless an editor has another text for it. */
  #taken(held: Held, file: number): Place {
    const place = { held, file };
    const { part } = held;
    const key = part.names.key(file);
    part.files.presence[file] = presence.gone;
    mark(place, this.#open.has(key) ? presence.hidden : presence.there);
    part.files.past[file] = this.#past?.file(part.names.path(file)) ?? -1;
    return place;
  }
}

const heldOf = (part: Part): Held => ({ part, files: 0, chunks: 0, length: 0 });
const termsFor = (part: MemoryPart): FileTerms => new FileTerms((term) => part.number(term));

function stampIn({ held, file }: Place): FileStamp {
  const { bytes, mtimeMs, hash } = held.part.files;
  return { size: bytes[file] ?? 0, mtimeMs: mtimeMs[file] ?? 0, hash: hash[file] ?? 0n };
}

/** Keeps count of what is there. */
function mark({ held, file }: Place, to: number): void {
  const { files } = held.part;
  const was = files.presence[file];
  if (was === to) return;
  files.presence[file] = to;
  const sign = to === presence.there ? 1 : was === presence.there ? -1 : 0;
  const chunks = files.count[file] ?? 0;
  // A file without text is known, and not searched.
  if (chunks > 0) held.files += sign;
  held.chunks += sign * chunks;
  held.length += sign * (files.length[file] ?? 0);
}

function addPast(known: Float64Array, parts: readonly Part[], scores: Scores): void {
  for (const [number, { files }] of parts.entries()) {
    const own = scores.parts[number]?.files;
    if (!own) continue;
    for (let file = 0; file < files.size; file++) {
      const past = files.past[file] ?? -1;
      if (past >= 0 && files.presence[file] === presence.there && (files.count[file] ?? 0) > 0)
        own[file] = (own[file] ?? 0) + (known[past] ?? 0);
    }
  }
}
