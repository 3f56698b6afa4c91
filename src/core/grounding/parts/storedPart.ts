/** A part as it was written: tables and names in memory, the lists of chunks read when a question asks for them. */
import { z } from 'zod';
import { ByteReader } from './bytes.ts';
import { hashOf, isReadable } from './codedTerm.ts';
import {
  blockWords,
  type Checksum,
  footerBytes,
  layoutVersion,
  magic,
  type Root,
  type Section,
  type Source,
  sections,
} from './layout.ts';
import type { Part, TermCursor } from './part.ts';
import type { Postings } from './postings.ts';
import { ChunkTable, type FileNames, FileTable, presence } from './tables.ts';

/** Bytes that are read together to see whether they are what was written. */
const checkedTogether = 1024 * 1024;
const plainMark = 1;
const rootList = z.array(z.object({ key: z.string(), path: z.string() }));

/** Where a list of chunks lies, in bytes. */
interface List {
  offset: number;
  length: number;
}

export class StoredPart implements Part {
  readonly files: FileTable;
  readonly chunks: ChunkTable;
  readonly names: FileNames;
  readonly #source: Source;
  readonly #words: Uint8Array;
  /** For each block, where it begins in the words, and where its lists begin. */
  readonly #blocks: Uint32Array;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #starts: Uint32Array;

  /** Throws an `Error` where the bytes are not what was written, or were written by another version. */
  constructor(source: Source, checksum: Checksum, uriOf: (key: string) => string) {
    this.#source = source;
    const tables = readTables(source, checksum);
    this.files = filesOf(tables);
    this.chunks = chunksOf(tables, this.files);
    this.names = namesOf(tables, uriOf);
    this.#words = tables.words;
    this.#blocks = numbers(tables.wordBlocks);
    this.#high = numbers(tables.hashHigh);
    this.#low = numbers(tables.hashLow);
    this.#starts = numbers(tables.hashStarts);
  }

  has(term: string): boolean {
    return this.#find(term) !== undefined;
  }

  read(term: string, into: Postings): void {
    const list = this.#find(term);
    if (list) this.#readList(list, into, this.files.presence);
  }

  beginning(prefix: string, tell: (term: string, holding: number) => void): void {
    const cursor = new WordCursor(this.#words, this.#blocks, this.#blockOf(prefix));
    while (cursor.next()) {
      if (cursor.beginsWith(prefix)) tell(cursor.term, cursor.holding);
      else if (cursor.compare(prefix) > 0) return;
    }
  }

  words(): TermCursor<string> {
    const cursor = new WordCursor(this.#words, this.#blocks, 0);
    return {
      next: () => (cursor.next() ? cursor.term : undefined),
      read: (into) => this.#readList(cursor.list, into),
    };
  }

  hashes(): TermCursor<{ high: number; low: number }> {
    let at = -1;
    return {
      next: () => {
        if (++at >= this.#high.length) return undefined;
        return { high: this.#high[at] ?? 0, low: this.#low[at] ?? 0 };
      },
      read: (into) => this.#readList(this.#hashList(at), into),
    };
  }

  #hashList(at: number): List {
    const offset = this.#starts[at] ?? 0;
    return { offset, length: (this.#starts[at + 1] ?? offset) - offset };
  }

  /** Without the chunks of files that are not there, where it is said which ones are. */
  #readList({ offset, length }: List, into: Postings, present?: Uint8Array): void {
    const bytes = this.#source.read(offset, length);
    // A chunk takes one byte at least.
    into.room(length);
    const { places, marks } = into;
    const { fileOf } = this.chunks;
    let place = -1;
    let size = into.size;
    for (let at = 0; at < length; ) {
      // As `ByteReader` reads it; most numbers are of one byte, and a question reads a million.
      let byte = bytes[at++] ?? 0;
      let coded = byte & 127;
      for (let factor = 128; byte >= 128; factor *= 128) {
        byte = bytes[at++] ?? 0;
        coded += (byte & 127) * factor;
      }
      place += coded >>> 1;
      const marked = (coded & 1) === 1 ? plainMark : (bytes[at++] ?? 0);
      if (present && present[fileOf[place] ?? 0] !== presence.there) continue;
      places[size] = place;
      marks[size++] = marked;
    }
    into.size = size;
  }

  #find(term: string): List | undefined {
    return isReadable(term) ? this.#findWord(term) : this.#findHash(term);
  }

  #findWord(term: string): List | undefined {
    const cursor = new WordCursor(this.#words, this.#blocks, this.#blockOf(term));
    for (let left = blockWords; left > 0 && cursor.next(); left--) {
      const order = cursor.compare(term);
      if (order === 0) return cursor.list;
      if (order > 0) return undefined;
    }
    return undefined;
  }

  /** The last block that begins with no later word than this, or the first. */
  #blockOf(word: string): number {
    let low = 0;
    let high = this.#blocks.length / 2 - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (compareAt(this.#words, this.#blocks[middle * 2] ?? 0, word) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #findHash(term: string): List | undefined {
    const { high, low } = hashOf(term);
    let from = 0;
    let to = this.#high.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = this.#high[middle] ?? 0;
      if (other < high || (other === high && (this.#low[middle] ?? 0) < low)) from = middle + 1;
      else to = middle;
    }
    if (this.#high[from] !== high || this.#low[from] !== low) return undefined;
    return this.#hashList(from);
  }
}

/** How the first word of a block compares with a word; it lies there as a whole. */
function compareAt(words: Uint8Array, offset: number, word: string): number {
  const length = words[offset + 1] ?? 0;
  for (let at = 0; at < length; at++) {
    if (at >= word.length) return 1;
    const difference = (words[offset + 2 + at] ?? 0) - word.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return length - word.length;
}

/** Goes through words in order. */
class WordCursor {
  readonly #reader: ByteReader;
  readonly #blocks: Uint32Array;
  /** Readable words are short. */
  readonly #letters = new Uint8Array(64);
  #length = 0;
  #word: number;
  holding = 0;
  #offset = 0;
  #bytes = 0;

  constructor(words: Uint8Array, blocks: Uint32Array, block: number) {
    this.#reader = new ByteReader(words, blocks[block * 2] ?? words.length);
    this.#blocks = blocks;
    this.#word = block * blockWords;
  }

  beginsWith(prefix: string): boolean {
    if (prefix.length > this.#length) return false;
    for (let at = 0; at < prefix.length; at++) if (this.#letters[at] !== prefix.charCodeAt(at)) return false;
    return true;
  }

  get term(): string {
    return String.fromCharCode(...this.#letters.subarray(0, this.#length));
  }

  get list(): List {
    return { offset: this.#offset, length: this.#bytes };
  }

  next(): boolean {
    const reader = this.#reader;
    if (reader.at >= reader.bytes.length) return false;
    if (this.#word % blockWords === 0) this.#offset = this.#blocks[(this.#word / blockWords) * 2 + 1] ?? 0;
    else this.#offset += this.#bytes;
    this.#word++;
    const shared = reader.bytes[reader.at++] ?? 0;
    const more = reader.bytes[reader.at++] ?? 0;
    for (let at = 0; at < more; at++) this.#letters[shared + at] = reader.bytes[reader.at + at] ?? 0;
    reader.at += more;
    this.#length = shared + more;
    this.holding = reader.number();
    this.#bytes = reader.number();
    return true;
  }

  compare(word: string): number {
    for (let at = 0; at < this.#length; at++) {
      if (at >= word.length) return 1;
      const difference = (this.#letters[at] ?? 0) - word.charCodeAt(at);
      if (difference !== 0) return difference;
    }
    return this.#length - word.length;
  }
}

type Tables = Record<Exclude<Section, 'postings'>, Uint8Array<ArrayBuffer>>;

function readTables(source: Source, checksum: Checksum): Tables {
  if (source.size < footerBytes) throw new Error('The part ends too early.');
  const footer = numbers(new Uint8Array(source.read(source.size - footerBytes, footerBytes)));
  const listed = footer.subarray(0, sections.length * 3);
  const [sum, version, end] = footer.subarray(sections.length * 3);
  if (end !== magic || version !== layoutVersion) throw new Error('The part is not of this version.');
  if (sum !== checksum(new Uint8Array(listed.buffer, listed.byteOffset, listed.byteLength), 0))
    throw new Error('The footer of the part is damaged.');
  const found = sections.map((section, number) => {
    const [offset = 0, length = 0, expected = 0] = listed.subarray(number * 3);
    const kept = section === 'postings' ? undefined : new Uint8Array(length);
    let now = 0;
    for (let at = 0; at < length; at += checkedTogether) {
      const bytes = source.read(offset + at, Math.min(checkedTogether, length - at));
      now = checksum(bytes, now);
      kept?.set(bytes, at);
    }
    if (now !== expected) throw new Error(`The ${section} of the part are damaged.`);
    return [section, kept ?? new Uint8Array(0)] as const;
  });
  const of = new Map(found);
  const table = (section: Section): Uint8Array<ArrayBuffer> => of.get(section) ?? new Uint8Array(0);
  return {
    fileFirst: table('fileFirst'),
    fileLength: table('fileLength'),
    fileKind: table('fileKind'),
    fileHead: table('fileHead'),
    roots: table('roots'),
    fileRoot: table('fileRoot'),
    nameStarts: table('nameStarts'),
    names: table('names'),
    chunkStart: table('chunkStart'),
    chunkEnd: table('chunkEnd'),
    chunkLength: table('chunkLength'),
    words: table('words'),
    wordBlocks: table('wordBlocks'),
    hashHigh: table('hashHigh'),
    hashLow: table('hashLow'),
    hashStarts: table('hashStarts'),
  };
}

const numbers = (bytes: Uint8Array<ArrayBuffer>): Uint32Array<ArrayBuffer> =>
  new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);

function filesOf(tables: Tables): FileTable {
  const first = numbers(tables.fileFirst);
  const files = new FileTable(0);
  files.size = first.length;
  files.first = first;
  files.length = numbers(tables.fileLength);
  files.kind = tables.fileKind;
  files.head = numbers(tables.fileHead);
  const chunks = tables.chunkStart.byteLength >>> 2;
  files.count = first.map((start, file) => (first[file + 1] ?? chunks) - start);
  files.presence = new Uint8Array(files.size).fill(presence.there);
  files.past = new Int32Array(files.size).fill(-1);
  files.bytes = new Float64Array(files.size);
  files.mtimeMs = new Float64Array(files.size);
  files.hash = new BigUint64Array(files.size);
  files.seen = new Uint32Array(files.size);
  return files;
}

function chunksOf(tables: Tables, files: FileTable): ChunkTable {
  const chunks = new ChunkTable(0);
  chunks.startLine = numbers(tables.chunkStart);
  chunks.endLine = numbers(tables.chunkEnd);
  chunks.length = new Uint16Array(tables.chunkLength.buffer, 0, tables.chunkLength.byteLength >>> 1);
  chunks.size = chunks.startLine.length;
  chunks.fileOf = new Uint32Array(chunks.size);
  for (let file = 0; file < files.size; file++) {
    const first = files.first[file] ?? 0;
    chunks.fileOf.fill(file, first, first + (files.count[file] ?? 0));
  }
  return chunks;
}

function namesOf(tables: Tables, uriOf: (key: string) => string): FileNames {
  const decoder = new TextDecoder();
  const roots: Root[] = rootList.parse(JSON.parse(decoder.decode(tables.roots)));
  const fileRoot = numbers(tables.fileRoot);
  const starts = numbers(tables.nameStarts);
  const rest = (file: number) =>
    decoder.decode(tables.names.subarray(starts[file] ?? 0, starts[file + 1] ?? 0));
  const key = (file: number) => (roots[fileRoot[file] ?? 0]?.key ?? '') + rest(file);
  return {
    key,
    path: (file) => (roots[fileRoot[file] ?? 0]?.path ?? '') + rest(file),
    uri: (file) => uriOf(key(file)),
  };
}
