/** Markdown cut into its top-level blocks, so that only the block that grows is rendered again. Pure. */
import { parser } from './parser.ts';

export interface Blocks {
  text: string;
  /** The source of each block; joined they are the text. */
  sources: readonly string[];
}

export const noBlocks: Blocks = { text: '', sources: [] };

/** The blocks of a text. `before` may be the blocks of its beginning: all but its last block are kept. */
export function splitBlocks(text: string, before: Blocks = noBlocks): Blocks {
  if (text === before.text) return before;
  const grows = before.sources.length > 0 && text.startsWith(before.text);
  const kept = grows ? before.sources.slice(0, -1) : [];
  const from = kept.reduce((sum, source) => sum + source.length, 0);
  return { text, sources: [...kept, ...cut(text.slice(from))] };
}

function cut(text: string): string[] {
  const starts = parser
    .parse(text, {})
    .filter((token) => token.level === 0 && token.nesting >= 0)
    .flatMap((token) => (token.map ? [token.map[0]] : []));
  if (text === '') return [];
  if (starts.length < 2) return [text];
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  // What stands before the first block, such as a blank line, belongs to it.
  const places = [0, ...starts.slice(1).map((line) => lineStarts[line] ?? text.length)];
  return places.map((place, index) => text.slice(place, places[index + 1]));
}
