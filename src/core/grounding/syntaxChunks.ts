/** Cuts a file where its syntax says that something begins. Pure: a parser says where. */
import { type Chunk, largestChunk, packedChunks } from './chunks.ts';
import type { Lines } from './lines.ts';

/** What stands in a syntax tree on the way through it. Lines count from 0, as parsers count them. */
export interface TreeWalk {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly isNamed: boolean;
  readonly isComment: boolean;
  /** False where there is none; then the walk stays where it is. */
  toFirstChild(): boolean;
  toNextSibling(): boolean;
  toParent(): void;
}

/** Deeper, a line is no beginning that anybody would cut at. */
const deepest = 12;

/** Chunks cover all lines, in order and without overlap. `walk` stands at the root of the file's tree. */
export function syntaxChunks(walk: TreeWalk, lines: Lines): Chunk[] {
  const starts = new Set([1]);
  collect(walk, starts, 0);
  const ordered = [...starts].filter((line) => line <= lines.count).sort((a, z) => a - z);
  return packedChunks(ordered, lines);
}

/** Lines at which a child of the node begins; of children that are too long for a chunk, those of their children. */
function collect(walk: TreeWalk, starts: Set<number>, depth: number): void {
  if (depth > deepest || !walk.toFirstChild()) return;
  let lastLine = -1;
  let commentFrom: number | undefined;
  do {
    const { firstLine, lastLine: end } = walk;
    if (walk.isNamed && firstLine > lastLine) {
      // What comments on a declaration belongs to it.
      if (walk.isComment) commentFrom ??= firstLine;
      else {
        const isDirect = commentFrom !== undefined && firstLine - lastLine <= 1;
        if (commentFrom !== undefined && !isDirect) starts.add(commentFrom + 1);
        starts.add((isDirect ? (commentFrom ?? firstLine) : firstLine) + 1);
        commentFrom = undefined;
      }
    }
    if (end - firstLine >= largestChunk) collect(walk, starts, depth + 1);
    lastLine = Math.max(lastLine, end);
  } while (walk.toNextSibling());
  walk.toParent();
}
