/**
 * How a part is laid out in bytes: the lists of chunks first, which are read one by one, then the tables, which are read
 * at once, then a footer that says where each table lies and what its checksum is. Numbers are little-endian, as on
 * every machine that the editor runs on.
 */

/** Goes up with each change of the layout, of the terms, of how files are cut, of what stays out, and of the hash: older parts are made anew. */
export const layoutVersion = 4;

/** In the order in which they lie. */
export const sections = [
  'postings',
  'fileFirst',
  'fileLength',
  'fileKind',
  'fileHead',
  'roots',
  'fileRoot',
  'nameStarts',
  'names',
  'chunkStart',
  'chunkEnd',
  'chunkLength',
  'words',
  'wordBlocks',
  'hashHigh',
  'hashLow',
  'hashStarts',
] as const;
export type Section = (typeof sections)[number];

export const magic = 0x78776331;
/** Offset, length and checksum of each section; then checksum of that, version and magic. */
export const footerBytes = (sections.length * 3 + 3) * 4;

/** Words of one block are told by what they have beyond the one before; a block is read through to find a word. */
export const blockWords = 16;

/** Continues a checksum with more bytes; 0 is the beginning. */
export type Checksum = (bytes: Uint8Array, before: number) => number;

/** Bytes that are read at random. */
export interface Source {
  readonly size: number;
  /** Valid until the next call. Throws where the bytes are not there. */
  read(offset: number, length: number): Uint8Array;
}

/** Where the key of a file begins differently from what people see, both end alike. */
export interface Root {
  key: string;
  path: string;
}
