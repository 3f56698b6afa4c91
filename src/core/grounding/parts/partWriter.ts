/** Writes a part: terms in ascending order, then its files and chunks. */
import { ByteBuilder, Numbers } from './bytes.ts';
import {
  blockWords,
  type Checksum,
  layoutVersion,
  magic,
  type Root,
  type Section,
  sections,
} from './layout.ts';
import type { Postings } from './postings.ts';
import type { ChunkTable, FileNames, FileTable } from './tables.ts';

/** Bytes that are held back until they are written together. */
const together = 256 * 1024;
const plainMark = 1;

export class PartWriter {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #checksum: Checksum;
  readonly #pending = new ByteBuilder(together);
  #postingsSum = 0;
  /** Bytes of lists, written or held back. */
  #postings = 0;
  readonly #words = new ByteBuilder();
  readonly #blocks = new Numbers();
  readonly #high = new Numbers();
  readonly #low = new Numbers();
  readonly #starts = new Numbers();
  #wordCount = 0;
  #before = '';

  constructor(write: (bytes: Uint8Array) => void, checksum: Checksum) {
    this.#write = write;
    this.#checksum = checksum;
  }

  /** Words come in ascending order and before all hashes. */
  word(term: string, postings: Postings): void {
    let shared = 0;
    if (this.#wordCount++ % blockWords === 0) {
      this.#blocks.add(this.#words.size);
      this.#blocks.add(this.#postings);
    } else while (shared < this.#before.length && this.#before[shared] === term[shared]) shared++;
    this.#words.byte(shared);
    this.#words.byte(term.length - shared);
    this.#words.ascii(term.slice(shared));
    this.#words.number(postings.size);
    this.#words.number(this.#list(postings));
    this.#before = term;
  }

  /** Hashes come in ascending order. */
  hash(high: number, low: number, postings: Postings): void {
    this.#high.add(high);
    this.#low.add(low);
    this.#starts.add(this.#postings);
    this.#list(postings);
  }

  finish(files: FileTable, chunks: ChunkTable, names: FileNames): void {
    this.#starts.add(this.#postings);
    this.#flush();
    const named = namesOf(files, names);
    const tables: Record<Exclude<Section, 'postings'>, ArrayBufferView> = {
      fileFirst: files.first.subarray(0, files.size),
      fileLength: files.length.subarray(0, files.size),
      fileKind: files.kind.subarray(0, files.size),
      fileHead: files.head.subarray(0, files.size),
      ...named,
      chunkStart: chunks.startLine.subarray(0, chunks.size),
      chunkEnd: chunks.endLine.subarray(0, chunks.size),
      chunkLength: chunks.length.subarray(0, chunks.size),
      words: this.#words.bytes,
      wordBlocks: this.#blocks.values,
      hashHigh: this.#high.values,
      hashLow: this.#low.values,
      hashStarts: this.#starts.values,
    };
    const footer = new Numbers();
    footer.add(0);
    footer.add(this.#postings);
    footer.add(this.#postingsSum);
    let offset = this.#postings;
    for (const section of sections) {
      if (section === 'postings') continue;
      const bytes = bytesOf(tables[section]);
      footer.add(offset);
      footer.add(bytes.length);
      footer.add(this.#checksum(bytes, 0));
      this.#write(bytes);
      offset += bytes.length;
    }
    footer.add(this.#checksum(bytesOf(footer.values), 0));
    footer.add(layoutVersion);
    footer.add(magic);
    this.#write(bytesOf(footer.values));
  }

  /** How many bytes the list takes. Most terms stand once in a chunk and are nothing else there; the others have a mark. */
  #list({ size, places, marks }: Postings): number {
    const start = this.#pending.size;
    let before = -1;
    for (let at = 0; at < size; at++) {
      const place = places[at] ?? 0;
      const marked = marks[at] ?? 0;
      this.#pending.number((place - before) * 2 + (marked === plainMark ? 1 : 0));
      if (marked !== plainMark) this.#pending.byte(marked);
      before = place;
    }
    const length = this.#pending.size - start;
    this.#postings += length;
    if (this.#pending.size >= together) this.#flush();
    return length;
  }

  #flush(): void {
    if (this.#pending.size === 0) return;
    this.#postingsSum = this.#checksum(this.#pending.bytes, this.#postingsSum);
    this.#write(this.#pending.bytes);
    this.#pending.size = 0;
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** What the key and the path of a file end with is kept once, what they begin with once for all files of a folder. */
function namesOf(files: FileTable, names: FileNames) {
  const roots = new Map<string, number>();
  const listed: Root[] = [];
  const fileRoot = new Uint32Array(files.size);
  const nameStarts = new Uint32Array(files.size + 1);
  const bytes = new ByteBuilder();
  const encoder = new TextEncoder();
  for (let file = 0; file < files.size; file++) {
    const key = names.key(file);
    const path = names.path(file);
    const shared = sharedEnd(key, path);
    const root = { key: key.slice(0, key.length - shared), path: path.slice(0, path.length - shared) };
    const id = JSON.stringify(root);
    const known = roots.get(id) ?? listed.push(root) - 1;
    roots.set(id, known);
    fileRoot[file] = known;
    bytes.add(encoder.encode(path.slice(path.length - shared)));
    nameStarts[file + 1] = bytes.size;
  }
  return { roots: encoder.encode(JSON.stringify(listed)), fileRoot, nameStarts, names: bytes.bytes };
}

function sharedEnd(a: string, z: string): number {
  let shared = 0;
  while (shared < Math.min(a.length, z.length) && a.at(-1 - shared) === z.at(-1 - shared)) shared++;
  // A character beyond the first plane is not cut in two.
  const cut = a.charCodeAt(a.length - shared);
  return cut >= 0xdc00 && cut <= 0xdfff ? shared - 1 : shared;
}
