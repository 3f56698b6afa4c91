/** Makes one part of several, without what is gone in them. */

import type { Part, TermCursor } from './part.ts';
import type { PartWriter } from './partWriter.ts';
import { Postings } from './postings.ts';
import { ChunkTable, FileTable, presence } from './tables.ts';

/** Terms that are written in one go; it takes a few milliseconds. */
const together = 1000;
const nowhere = 0xffffffff;

/** Each step is short, so that others can have the thread between them. What changes meanwhile is not seen. */
export function* merge(parts: readonly Part[], writer: PartWriter): Generator<void, void> {
  const joined = join(parts);
  yield;
  yield* mergeTerms(
    parts.map((part) => part.words()),
    (a, z) => (a === z ? 0 : a < z ? -1 : 1),
    joined.places,
    (term, postings) => writer.word(term, postings),
  );
  yield* mergeTerms(
    parts.map((part) => part.hashes()),
    (a, z) => a.high - z.high || a.low - z.low,
    joined.places,
    ({ high, low }, postings) => writer.hash(high, low, postings),
  );
  writer.finish(joined.files, joined.chunks, {
    key: (file) => joined.from(file, (names, own) => names.key(own)),
    path: (file) => joined.from(file, (names, own) => names.path(own)),
    uri: (file) => joined.from(file, (names, own) => names.uri(own)),
  });
}

function join(parts: readonly Part[]) {
  const files = new FileTable(1024);
  const chunks = new ChunkTable(1024);
  /** For each part, the new place of each chunk. */
  const places: Uint32Array[] = [];
  const origins: { part: Part; file: number }[] = [];
  for (const part of parts) {
    const moved = new Uint32Array(part.chunks.size).fill(nowhere);
    for (let file = 0; file < part.files.size; file++) {
      if (part.files.presence[file] === presence.gone) continue;
      const first = part.files.first[file] ?? 0;
      const count = part.files.count[file] ?? 0;
      const number = files.add(part.names.path(file), undefined, chunks.size);
      files.count[number] = count;
      files.length[number] = part.files.length[file] ?? 0;
      if (part.files.isAsText(file)) files.markAsText(number);
      origins.push({ part, file });
      for (let place = first; place < first + count; place++)
        moved[place] = chunks.add(number, part.chunks.at(place), part.chunks.length[place] ?? 0);
    }
    places.push(moved);
  }
  const from = <T>(file: number, read: (names: Part['names'], own: number) => T): T => {
    const origin = origins[file];
    if (!origin) throw new RangeError(`There is no file ${file}.`);
    return read(origin.part.names, origin.file);
  };
  return { files, chunks, places, from };
}

function* mergeTerms<T>(
  cursors: readonly TermCursor<T>[],
  compare: (a: T, z: T) => number,
  moved: readonly Uint32Array[],
  write: (term: T, postings: Postings) => void,
): Generator<void, void> {
  const heads = cursors.map((cursor) => cursor.next());
  const postings = new Postings();
  for (let done = 1; ; done++) {
    let least: T | undefined;
    for (const head of heads)
      if (head !== undefined && (least === undefined || compare(head, least) < 0)) least = head;
    if (least === undefined) return;
    postings.size = 0;
    for (const [number, cursor] of cursors.entries()) {
      const head = heads[number];
      if (head === undefined || compare(head, least) !== 0) continue;
      const from = postings.size;
      cursor.read(postings);
      move(postings, from, moved[number] ?? new Uint32Array(0));
      heads[number] = cursor.next();
    }
    if (postings.size > 0) write(least, postings);
    if (done % together === 0) yield;
  }
}

/** Chunks keep their order, so that the list stays ascending. */
function move(postings: Postings, from: number, moved: Uint32Array): void {
  let kept = from;
  for (let at = from; at < postings.size; at++) {
    const place = moved[postings.places[at] ?? 0] ?? nowhere;
    if (place === nowhere) continue;
    postings.places[kept] = place;
    postings.marks[kept++] = postings.marks[at] ?? 0;
  }
  postings.size = kept;
}
