/** Which parts of an index are made one. */
import type { Part } from '../../core/grounding/parts/part.ts';
import { presence } from '../../core/grounding/parts/tables.ts';

/** So many parts are searched without it being felt; more are merged. */
const mostParts = 6;
/**
 * The newest parts together once there are too many, and all that are not larger than what they make, so that a chunk
 * is moved as often as its part doubles; or one of which most is gone.
 */
export function toMerge(parts: readonly Part[], mostInMemory: number): readonly Part[] | undefined {
  const emptied = parts.find(
    ({ files, chunks }) => chunks.size > mostInMemory / 4 && goneIn(files) > files.size / 2,
  );
  if (emptied) return [emptied];
  if (parts.length <= mostParts) return undefined;
  let from = parts.length - 2;
  let size = (parts[from]?.chunks.size ?? 0) + (parts.at(-1)?.chunks.size ?? 0);
  while (from > 0 && (parts[from - 1]?.chunks.size ?? 0) <= size) size += parts[--from]?.chunks.size ?? 0;
  return parts.slice(from);
}

function goneIn({ presence: present, size }: Part['files']): number {
  let gone = 0;
  for (let file = 0; file < size; file++) if (present[file] === presence.gone) gone++;
  return gone;
}
