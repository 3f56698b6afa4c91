/** Files of an index that were read last. Each term has a chain of the chunks that hold it, so that adding is cheap. */
import type { ChunkWords, TakeChunk } from '../fileTerms.ts';
import { hashOf, isReadable } from './codedTerm.ts';
import type { Part, TermCursor } from './part.ts';
import type { Postings } from './postings.ts';
import { ChunkTable, type FileNames, type FileStamp, FileTable, grown } from './tables.ts';

/** Letters by which words are grouped: as many as the shortest beginning that is asked for. */
const shortestBeginning = 3;
const isPlainWord = (term: string): boolean => /^[a-z]+$/.test(term);

export interface NamedFile {
  key: string;
  uri: string;
  path: string;
}

/** No posting before this one. */
const none = 0xffffffff;

export class MemoryPart implements Part {
  readonly files = new FileTable(64);
  readonly chunks = new ChunkTable(256);
  readonly names: FileNames;
  readonly #named: NamedFile[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #beginnings = new Map<string, number[]>();
  /** By term: the last posting of its chain, and how many there are. */
  #last = new Uint32Array(1024).fill(none);
  #holding = new Uint32Array(1024);
  /** By posting: the one before it in its chain. */
  #before = new Uint32Array(4096);
  #places = new Uint32Array(4096);
  #marks = new Uint8Array(4096);
  #postings = 0;

  constructor() {
    const of = (file: number): NamedFile => this.#named[file] ?? { key: '', uri: '', path: '' };
    this.names = { key: (file) => of(file).key, uri: (file) => of(file).uri, path: (file) => of(file).path };
  }

  /** The number of the file, whose chunks `read` gives one after the other. */
  add(named: NamedFile, stamp: FileStamp | undefined, read: (take: TakeChunk) => void): number {
    const file = this.files.add(named.path, stamp, this.chunks.size);
    this.#named.push(named);
    let length = 0;
    read((chunk) => {
      this.#addChunk(file, chunk);
      length += chunk.length;
    });
    this.files.count[file] = this.chunks.size - (this.files.first[file] ?? 0);
    this.files.length[file] = length;
    return file;
  }

  has(term: string): boolean {
    return this.#numbers.has(term);
  }

  read(term: string, into: Postings): void {
    const number = this.#numbers.get(term);
    if (number === undefined) return;
    this.#readChain(number, into, (file) => this.files.isThere(file));
  }

  beginning(prefix: string, tell: (term: string, holding: number) => void): void {
    for (const number of this.#beginnings.get(prefix.slice(0, shortestBeginning)) ?? []) {
      const term = this.#terms[number] ?? '';
      if (term.startsWith(prefix)) tell(term, this.#holding[number] ?? 0);
    }
  }

  words(): TermCursor<string> {
    const listed = [...this.#terms.entries()].filter(([, term]) => isReadable(term));
    return this.#cursor(
      listed.sort(([, a], [, z]) => (a < z ? -1 : 1)),
      ([number]) => number,
      ([, term]) => term,
    );
  }

  hashes(): TermCursor<{ high: number; low: number }> {
    const listed = [...this.#terms.entries()].flatMap(([number, term]) =>
      isReadable(term) ? [] : [{ number, ...hashOf(term) }],
    );
    return this.#cursor(
      listed.sort((a, z) => a.high - z.high || a.low - z.low),
      ({ number }) => number,
      (hash) => hash,
    );
  }

  #cursor<T, U>(listed: readonly T[], numberOf: (one: T) => number, named: (one: T) => U): TermCursor<U> {
    let at = -1;
    return {
      next: () => {
        const one = listed[++at];
        return one === undefined ? undefined : named(one);
      },
      read: (into) => {
        const one = listed[at];
        if (one !== undefined) this.#readChain(numberOf(one), into, () => true);
      },
    };
  }

  /** The number of a term, which is known from now on. */
  number(term: string): number {
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#terms.length;
    if (number >= this.#last.length) {
      const before = this.#last.length;
      this.#last = grown(this.#last, new Uint32Array(number * 2)).fill(none, before);
      this.#holding = grown(this.#holding, new Uint32Array(number * 2));
    }
    this.#numbers.set(term, number);
    this.#terms.push(term);
    if (term.length >= shortestBeginning && isPlainWord(term)) {
      const beginning = term.slice(0, shortestBeginning);
      const alike = this.#beginnings.get(beginning);
      if (alike) alike.push(number);
      else this.#beginnings.set(beginning, [number]);
    }
    return number;
  }

  #addChunk(file: number, { startLine, endLine, length, terms, marks }: ChunkWords): void {
    const place = this.chunks.add(file, { startLine, endLine }, length);
    const wanted = this.#postings + terms.length;
    if (wanted > this.#before.length) {
      const room = Math.max(wanted, this.#before.length * 2);
      this.#before = grown(this.#before, new Uint32Array(room));
      this.#places = grown(this.#places, new Uint32Array(room));
      this.#marks = grown(this.#marks, new Uint8Array(room));
    }
    for (let at = 0; at < terms.length; at++) {
      const number = terms[at] ?? 0;
      const posting = this.#postings++;
      this.#before[posting] = this.#last[number] ?? none;
      this.#places[posting] = place;
      this.#marks[posting] = marks[at] ?? 0;
      this.#last[number] = posting;
      this.#holding[number] = (this.#holding[number] ?? 0) + 1;
    }
  }

  /** A chain leads back from the newest, so the list is filled from its end. */
  #readChain(number: number, into: Postings, isWanted: (file: number) => boolean): void {
    const most = this.#holding[number] ?? 0;
    into.room(most);
    const end = into.size + most;
    let at = end;
    for (
      let posting = this.#last[number] ?? none;
      posting !== none;
      posting = this.#before[posting] ?? none
    ) {
      const place = this.#places[posting] ?? 0;
      if (!isWanted(this.chunks.fileOf[place] ?? 0)) continue;
      at--;
      into.places[at] = place;
      into.marks[at] = this.#marks[posting] ?? 0;
    }
    into.places.copyWithin(into.size, at, end);
    into.marks.copyWithin(into.size, at, end);
    into.size += end - at;
  }
}
