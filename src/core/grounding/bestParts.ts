/** A text that was asked for by name: all of it where it fits, else the runs of lines that fit the question best. */
import { estimateTokens } from '../context/tokens.ts';
import { type Chunk, chunksOf } from './chunks.ts';
import { Lines } from './lines.ts';
import { saturated } from './scoring.ts';
import { isStopWord, terms } from './terms.ts';

export interface TextPart extends Chunk {
  text: string;
}

/** Lines of one part at most: a citation of one says where to look, and thousands of lines do not. */
const mostLines = 120;

/** Chunks that are looked through in one go, some ms; this runs where a long task would be felt. */
const atOnce = 100;
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** In the order of the text. `isWhole` where nothing is left out. Lines without words are no part. */
export async function bestParts(
  { path, text }: { path: string; text: string },
  question: string,
  tokens: number,
): Promise<{ parts: TextPart[]; isWhole: boolean }> {
  const lines = new Lines(text);
  const chunks = chunksOf(path, lines).map((chunk) => {
    const own = lines.slice(chunk.startLine, chunk.endLine);
    return { ...chunk, text: own, tokens: estimateTokens(own) };
  });
  const isWhole = chunks.reduce((sum, chunk) => sum + chunk.tokens, 0) <= tokens;
  const chosen = isWhole ? chunks : await fitting(chunks, question, tokens);
  return {
    parts: joined(chosen)
      .map(({ startLine, endLine }) => ({ startLine, endLine, text: lines.slice(startLine, endLine) }))
      .filter((part) => part.text.trim() !== ''),
    isWhole,
  };
}

/** The best ones first, as many as fit; where the question has no word of them, from the beginning. */
async function fitting<C extends TextPart & { tokens: number }>(
  chunks: readonly C[],
  question: string,
  tokens: number,
): Promise<C[]> {
  const asked = new Set(terms(question).filter((term) => !isStopWord(term)));
  const counts: Map<string, number>[] = [];
  for (const { text } of chunks) {
    if (counts.length % atOnce === atOnce - 1) await pause();
    const found = new Map<string, number>();
    for (const term of terms(text)) if (asked.has(term)) found.set(term, (found.get(term) ?? 0) + 1);
    counts.push(found);
  }
  const rarity = (term: string) => {
    const having = counts.filter((one) => one.has(term)).length;
    return Math.log(1 + (chunks.length - having + 0.5) / (having + 0.5));
  };
  const weights = new Map([...asked].map((term) => [term, rarity(term)]));
  const scores = counts.map((found) =>
    [...found].reduce((sum, [term, count]) => sum + (weights.get(term) ?? 0) * saturated(count), 0),
  );
  const order = chunks.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const taken = new Set<number>();
  let room = tokens;
  for (const index of order) {
    const needed = chunks[index]?.tokens ?? 0;
    if (needed > room) continue;
    room -= needed;
    taken.add(index);
  }
  return chunks.filter((_, index) => taken.has(index));
}

/** Neighbours together, as long as they are not too long. */
function joined(chunks: readonly Chunk[]): Chunk[] {
  const runs: Chunk[] = [];
  for (const { startLine, endLine } of chunks) {
    const last = runs.at(-1);
    if (last?.endLine === startLine - 1 && endLine - last.startLine < mostLines) last.endLine = endLine;
    else runs.push({ startLine, endLine });
  }
  return runs;
}
