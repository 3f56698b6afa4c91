/** A file as the index takes it: its chunks with the terms they hold. Pure. */
import { type Chunk, chunksOf } from './chunks.ts';
import { definedIn, lineWeight } from './lineKinds.ts';
import { Lines } from './lines.ts';
import { mark } from './parts/postings.ts';
import { scopeOf } from './scope.ts';
import { eachWord, termsOfWord } from './terms.ts';

/** A chunk with its terms. The lists are used again for the next chunk. */
export interface ChunkWords extends Chunk {
  /** Numbers of the terms that the chunk holds, each once. */
  readonly terms: readonly number[];
  /** A mark for each of them, as `mark` makes it. */
  readonly marks: readonly number[];
  /** Words, those of some lines counted twice or not at all. */
  readonly length: number;
}
export type TakeChunk = (chunk: ChunkWords) => void;

/** Where a file's chunks begin and end. */
export type Cut = (path: string, lines: Lines) => Chunk[];

/** Words whose numbers are remembered: beyond that many the memory is not worth the time it saves. */
const remembered = 50_000;
/** Shorter pieces of a text are copied by the engine; longer ones keep the whole text in memory with them. */
const copiedBelow = 13;

export class FileTerms {
  readonly #number: (term: string) => number;
  readonly #known = new Map<string, readonly number[]>();
  /** By term: its count in the chunk at hand, and what it is there. */
  #counts = new Uint32Array(4096);
  #marks = new Uint8Array(4096);
  readonly #touched: number[] = [];
  readonly #marked: number[] = [];
  #length = 0;

  /** `number` gives each term its number, from 0 and without large gaps. */
  constructor(number: (term: string) => number) {
    this.#number = number;
  }

  /** Gives the chunks of a file to `take`, one after the other. A text that is empty has none. */
  of(path: string, text: string, take: TakeChunk, cut: Cut = chunksOf): void {
    if (text === '') return;
    const lines = new Lines(text);
    for (const chunk of cut(path, lines)) this.#chunk(path, lines, chunk, take);
  }

  #chunk(path: string, lines: Lines, { startLine, endLine }: Chunk, take: TakeChunk): void {
    this.#length = 0;
    for (let number = startLine; number <= endLine; number++) {
      const line = lines.line(number);
      const weight = lineWeight(path, line);
      if (weight > 0) this.#count(line, weight);
      const name = definedIn(path, line);
      if (name !== undefined) this.#note(name, defines);
    }
    for (const line of scopeOf(path, lines, { startLine, endLine })) this.#count(line, 1);
    this.#note(path, inPath);
    for (const term of this.#touched) {
      const noted = this.#marks[term] ?? 0;
      this.#marked.push(mark(this.#counts[term] ?? 0, (noted & defines) !== 0, (noted & inPath) !== 0));
      this.#counts[term] = 0;
      this.#marks[term] = 0;
    }
    take({ startLine, endLine, terms: this.#touched, marks: this.#marked, length: this.#length });
    this.#touched.length = 0;
    this.#marked.length = 0;
  }

  #count(text: string, weight: number): void {
    eachWord(text, (word) => {
      for (const term of this.#termsOf(word)) {
        this.#touch(term);
        this.#counts[term] = (this.#counts[term] ?? 0) + weight;
        this.#length += weight;
      }
    });
  }

  #note(text: string, what: number): void {
    eachWord(text, (word) => {
      for (const term of this.#termsOf(word)) {
        this.#touch(term);
        this.#marks[term] = (this.#marks[term] ?? 0) | what;
      }
    });
  }

  #touch(term: number): void {
    if (this.#marks[term] === undefined) this.#grow(term);
    if ((this.#marks[term] ?? 0) !== 0) return;
    this.#marks[term] = seen;
    this.#touched.push(term);
  }

  #termsOf(word: string): readonly number[] {
    const known = this.#known.get(word);
    if (known) return known;
    const kept = word.length < copiedBelow ? word : [...word].join('');
    const made = termsOfWord(kept).map((term) => this.#number(term));
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(kept, made);
    return made;
  }

  #grow(term: number): void {
    const room = Math.max(term + 1, this.#counts.length * 2);
    const counts = new Uint32Array(room);
    counts.set(this.#counts);
    this.#counts = counts;
    const marks = new Uint8Array(room);
    marks.set(this.#marks);
    this.#marks = marks;
  }
}

/** What a term is in a chunk. */
const seen = 1;
const defines = 2;
const inPath = 4;
