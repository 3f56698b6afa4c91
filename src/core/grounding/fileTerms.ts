/** A file as the index takes it: its chunks with the terms they hold. Pure. */
import { type Chunk, chunksOf } from './chunks.ts';
import { definedIn, lineWeight } from './lineKinds.ts';
import { Lines } from './lines.ts';
import { scopeOf } from './scope.ts';
import { type Held, mark } from './segments.ts';
import { terms } from './terms.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ChunkTerms extends Chunk {
  held: Held;
  /** Words, those of some lines counted twice or not at all. */
  length: number;
}

/** `cut` says where the file's chunks begin and end; without it they are cut by their lines. */
export function chunkTerms(
  path: string,
  text: string,
  vocabulary: Vocabulary,
  cut: (path: string, lines: Lines) => Chunk[] = chunksOf,
): ChunkTerms[] {
  const lines = new Lines(text);
  const inPath = new Set(terms(path).map((term) => vocabulary.number(term)));
  return cut(path, lines).map((chunk) => {
    const counts = new Map<number, number>();
    const defined = new Set<number>();
    let length = 0;
    const count = (line: string, weight: number) => {
      if (weight === 0) return;
      for (const term of terms(line)) {
        const id = vocabulary.number(term);
        counts.set(id, (counts.get(id) ?? 0) + weight);
        length += weight;
      }
    };
    for (let number = chunk.startLine; number <= chunk.endLine; number++) {
      const line = lines.line(number);
      count(line, lineWeight(path, line));
      const name = definedIn(path, line);
      if (name !== undefined) for (const term of terms(name)) defined.add(vocabulary.number(term));
    }
    for (const line of scopeOf(path, lines, chunk)) count(line, 1);
    for (const id of inPath) if (!counts.has(id)) counts.set(id, 0);
    for (const id of defined) if (!counts.has(id)) counts.set(id, 0);
    const ids = Uint32Array.from(counts.keys()).sort();
    const marks = new Uint8Array(ids.length);
    for (const [at, id] of ids.entries())
      marks[at] = mark(counts.get(id) ?? 0, defined.has(id), inPath.has(id));
    return { ...chunk, held: { ids, marks }, length };
  });
}
