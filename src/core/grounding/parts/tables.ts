/** The files and chunks of a part of an index, in columns: a hundred thousand objects would take ten times the room. */
import type { Chunk } from '../chunks.ts';
import { type FileKind, fileKind, fileKinds } from '../fileRules.ts';

/** How a file was found on disk, so that it need not be read again while it stays so. */
export interface FileStamp {
  /** Bytes. */
  size: number;
  mtimeMs: number;
  /** Of all bytes; the first 64 bits of a digest. */
  hash: bigint;
}

/** Where files are named: in memory as strings, in a stored part as bytes. */
export interface FileNames {
  key(file: number): string;
  /** As people see it. */
  path(file: number): string;
  uri(file: number): string;
}

/** A file that is hidden is in the index and not found, as long as the text of an editor stands for it. */
export const presence = { there: 0, gone: 1, hidden: 2 } as const;

/** A bit of the kind that no kind has. */
const asText = 128;

/** Files by number, from 0. */
export class FileTable {
  size = 0;
  /** The place of a file's first chunk; the others follow. */
  first: Uint32Array;
  count: Uint32Array;
  /** Words of all chunks. */
  length: Uint32Array;
  /** The place of its kind in the list of kinds, and whether it was read as text. */
  kind: Uint8Array;
  presence: Uint8Array;
  /** What `headOf` says of the file's name. */
  head: Uint32Array;
  /** The number of a file in what is known of the past, or -1. */
  past: Int32Array;
  bytes: Float64Array;
  mtimeMs: Float64Array;
  hash: BigUint64Array;
  /** The number of the pass that saw the file last. */
  seen: Uint32Array;

  constructor(room: number) {
    this.first = new Uint32Array(room);
    this.count = new Uint32Array(room);
    this.length = new Uint32Array(room);
    this.kind = new Uint8Array(room);
    this.presence = new Uint8Array(room);
    this.head = new Uint32Array(room);
    this.past = new Int32Array(room).fill(-1);
    this.bytes = new Float64Array(room);
    this.mtimeMs = new Float64Array(room);
    this.hash = new BigUint64Array(room);
    this.seen = new Uint32Array(room);
  }

  /** The number of the file that is added. */
  add(path: string, stamp: FileStamp | undefined, first: number): number {
    const file = this.size++;
    if (file >= this.first.length) this.#grow(Math.max(64, file * 2));
    this.first[file] = first;
    this.kind[file] = fileKinds.indexOf(fileKind(path));
    this.presence[file] = presence.there;
    this.head[file] = headOf(path);
    this.past[file] = -1;
    this.stamp(file, stamp ?? { size: 0, mtimeMs: 0, hash: 0n });
    return file;
  }

  stamp(file: number, { size, mtimeMs, hash }: FileStamp): void {
    this.bytes[file] = size;
    this.mtimeMs[file] = mtimeMs;
    this.hash[file] = hash;
  }

  isThere(file: number): boolean {
    return this.presence[file] === presence.there;
  }

  kindOf(file: number): FileKind {
    return fileKinds[(this.kind[file] ?? 0) & ~asText] ?? 'code';
  }

  markAsText(file: number): void {
    this.kind[file] = (this.kind[file] ?? 0) | asText;
  }

  /** Whether it is of a language whose syntax is known, and could not be parsed. */
  isAsText(file: number): boolean {
    return ((this.kind[file] ?? 0) & asText) !== 0;
  }

  #grow(room: number): void {
    this.first = grown(this.first, new Uint32Array(room));
    this.count = grown(this.count, new Uint32Array(room));
    this.length = grown(this.length, new Uint32Array(room));
    this.kind = grown(this.kind, new Uint8Array(room));
    this.presence = grown(this.presence, new Uint8Array(room));
    this.head = grown(this.head, new Uint32Array(room));
    this.past = grown(this.past, new Int32Array(room));
    this.bytes = grown(this.bytes, new Float64Array(room));
    this.mtimeMs = grown(this.mtimeMs, new Float64Array(room));
    this.seen = grown(this.seen, new Uint32Array(room));
    const hash = new BigUint64Array(room);
    hash.set(this.hash);
    this.hash = hash;
  }
}

/** Chunks by place, from 0. */
export class ChunkTable {
  size = 0;
  fileOf: Uint32Array;
  startLine: Uint32Array;
  endLine: Uint32Array;
  /** Words; more than 65,535 count as so many. */
  length: Uint16Array;

  constructor(room: number) {
    this.fileOf = new Uint32Array(room);
    this.startLine = new Uint32Array(room);
    this.endLine = new Uint32Array(room);
    this.length = new Uint16Array(room);
  }

  /** The place of the chunk that is added. */
  add(file: number, { startLine, endLine }: Chunk, length: number): number {
    const place = this.size++;
    if (place >= this.fileOf.length) this.#grow(Math.max(256, place * 2));
    this.fileOf[place] = file;
    this.startLine[place] = startLine;
    this.endLine[place] = endLine;
    this.length[place] = Math.min(length, 0xffff);
    return place;
  }

  at(place: number): Chunk {
    return { startLine: this.startLine[place] ?? 1, endLine: this.endLine[place] ?? 1 };
  }

  #grow(room: number): void {
    this.fileOf = grown(this.fileOf, new Uint32Array(room));
    this.startLine = grown(this.startLine, new Uint32Array(room));
    this.endLine = grown(this.endLine, new Uint32Array(room));
    this.length = grown(this.length, new Uint16Array(room));
  }
}

export function grown<T extends Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array>(
  before: T,
  larger: T,
): T {
  larger.set(before);
  return larger;
}

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Letters of a name that are looked at to see that a question does not have it. */
const headLetters = 3;

/** The beginning of a file's name in one number, so that names need not be read to see which ones a question has. */
export const headOf = (path: string): number => headAt(baseName(path).toLowerCase(), 0);

/** Every number that `headOf` can give for a name that stands in the text. */
export function headsIn(text: string): ReadonlySet<number> {
  const lower = text.toLowerCase();
  const heads = new Set<number>();
  for (let at = 0; at < lower.length; at++) {
    // A name may be shorter than what is looked at.
    for (let letters = 1; letters <= headLetters; letters++)
      heads.add(headAt(lower.slice(at, at + letters), 0));
  }
  return heads;
}

function headAt(text: string, at: number): number {
  let head = 0;
  // What wraps around only makes two beginnings look alike, which costs a look at the name.
  for (let letter = at; letter < Math.min(text.length, at + headLetters); letter++)
    head = (Math.imul(head, 65_599) + text.charCodeAt(letter) + 1) >>> 0;
  return head;
}
