/** From a question to the passages to quote. Pure: texts are read through a function. */
import type { Passage } from '../ports.ts';
import { boostOf, type Editor, overlaps } from './boosts.ts';
import type { Chunk } from './chunks.ts';
import { Lines } from './lines.ts';
import { Matcher } from './matcher.ts';
import type { PassageIndex } from './passageIndex.ts';
import type { Context } from './question.ts';
import { mostQuotedLines, type Quote, quotesOf } from './quote.ts';
import type { RankedChunk, Ranking } from './ranking.ts';
import { widened } from './widen.ts';

export interface Question extends Context {
  text: string;
  limit: number;
  /** Open editors by the keys their files have in the index. */
  editors: readonly Editor[];
  /** Tests, documents and settings count as much as code, whatever is asked; to measure what their weight is worth. */
  evenKinds?: boolean;
  /** Documents count as much as code. */
  evenDocs?: boolean;
}

/** The text of an indexed file as it is now; undefined when it is gone. */
export type ReadText = (key: string) => Promise<string | undefined>;

/** Quotes of one file in an answer; a second function may do the other half of it, a third crowds out another file. */
const mostFromOneFile = 2;
/** Chunks looked into for each passage wanted, as the best lines are not always in the best chunk. */
const candidates = 8;

/** The chunks that match a question best, and what its words weigh. */
export function rankChunks(index: PassageIndex, question: Question): Ranking {
  return index.ask(question.text, question).rank(question.limit, boostFor(question));
}

const boostFor = ({ text, editors, evenKinds, evenDocs }: Question) =>
  boostOf(text, editors, evenKinds, evenDocs);

/** The passages that match a question best, best first, each of a few lines and word for word. */
export async function findPassages(
  index: PassageIndex,
  question: Question,
  read: ReadText,
): Promise<Passage[]> {
  const scored = index.ask(question.text, question);
  const wider = question.limit * candidates;
  const likely = scored.rank(wider, boostFor(question));
  if (likely.chunks.length === 0) return lookedAt(question, read);
  const even = scored.rank(wider, boostFor({ ...question, evenDocs: true }));
  const texts = new Map<string, Lines | undefined>();
  for (const { key } of [...likely.chunks, ...even.chunks]) {
    if (texts.has(key)) continue;
    const text = await read(key);
    texts.set(key, text === undefined ? undefined : new Lines(text));
  }
  const matcher = new Matcher(scored.weights);
  const quotes = new Map<string, readonly Quote[]>();
  /** A chunk is often among the best of both rankings, and is looked through once. */
  const quotesIn = (chunk: RankedChunk, lines: Lines): readonly Quote[] => {
    const id = `${chunk.startLine} ${chunk.key}`;
    const known = quotes.get(id) ?? fittingQuotes(chunk, lines, matcher);
    quotes.set(id, known);
    return known;
  };
  const of = ({ chunks }: Ranking) =>
    chunks
      .flatMap((chunk) => {
        const lines = texts.get(chunk.key);
        return lines ? quotesIn(chunk, lines).map((quote) => new Candidate(chunk, lines, quote)) : [];
      })
      .sort(byScore);
  // Who asks may want the code or what is written about it; the last place goes to the best of either.
  const first = chosen(of(likely), Math.max(1, question.limit - 1), []);
  return chosen(of(even), question.limit, first)
    .sort(byScore)
    .map((candidate) => candidate.passage);
}

function fittingQuotes(chunk: RankedChunk, lines: Lines, matcher: Matcher): readonly Quote[] {
  // The file may have become shorter since it was indexed.
  const range = { startLine: chunk.startLine, endLine: Math.min(chunk.endLine, lines.count) };
  if (range.endLine < range.startLine) return [];
  const quotes = quotesOf(chunk.path, lines, range, matcher);
  const matching = quotes.filter((quote) => quote.score > 0);
  // A chunk may match by its file's name alone; then its beginning stands for it.
  return matching.length > 0 ? matching : quotes.slice(0, 1);
}

/**
 * A passage is judged by its own lines and by the chunk it stands in, alike. Half of that depends on how much of
 * the question its lines cover, so that one rare word does not outweigh all others. What is quoted is all that the
 * lines are a part of: half a function is hard to read, and what answers may stand in its other half. That is looked for
 * where it is asked for, as few of the candidates come so far.
 */
class Candidate {
  readonly path: string;
  readonly score: number;
  readonly #chunk: RankedChunk;
  readonly #lines: Lines;
  /** Before it is widened. */
  readonly found: Chunk;
  #range: Chunk | undefined;

  constructor(chunk: RankedChunk, lines: Lines, quote: Quote) {
    this.#chunk = chunk;
    this.path = chunk.path;
    this.score = (quote.score + chunk.score) * (0.5 + quote.coverage / 2) * chunk.boost;
    this.#lines = lines;
    this.found = quote;
  }

  get uri(): string {
    return this.#chunk.uri;
  }

  /** Tells files apart. */
  get key(): string {
    return this.#chunk.key;
  }

  get range(): Chunk {
    this.#range ??= widened(this.path, this.#lines, this.found);
    return this.#range;
  }

  get text(): string {
    return this.#lines.slice(this.range.startLine, this.range.endLine);
  }

  get passage(): Passage {
    return passage(this, this.#lines, this.range, this.score);
  }
}

/** The best that neither overlap nor say the same. */
function chosen(candidates: readonly Candidate[], limit: number, first: readonly Candidate[]): Candidate[] {
  const taken: Candidate[] = [...first];
  for (const candidate of candidates) {
    if (taken.length >= limit) break;
    const sameFile = taken.filter((other) => other.key === candidate.key);
    if (sameFile.length >= mostFromOneFile) continue;
    if (sameFile.some((other) => overlaps(other.range, candidate.range))) continue;
    if (taken.some((other) => other.text === candidate.text)) continue;
    taken.push(candidate);
  }
  return taken;
}

function passage(file: { uri: string; path: string }, lines: Lines, range: Chunk, score: number): Passage {
  const { startLine, endLine } = range;
  return { uri: file.uri, path: file.path, startLine, endLine, text: lines.slice(startLine, endLine), score };
}

/** For "what does this do": the selection, or what is in view. */
async function lookedAt(question: Question, read: ReadText): Promise<Passage[]> {
  const editor = question.editors.find((candidate) => candidate.active);
  const range = editor?.selection ?? editor?.visible;
  const text = editor && (await read(editor.key));
  if (!editor || !range || text === undefined) return [];
  const lines = new Lines(text);
  if (range.startLine > lines.count) return [];
  const endLine = Math.min(range.endLine, lines.count, range.startLine + mostQuotedLines - 1);
  return [passage(editor, lines, { startLine: range.startLine, endLine }, 1)];
}

function byScore(a: Candidate, z: Candidate): number {
  if (a.score !== z.score) return z.score - a.score;
  if (a.path !== z.path) return a.path < z.path ? -1 : 1;
  return a.found.startLine - z.found.startLine;
}
