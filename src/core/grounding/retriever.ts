/** From a question to the passages to quote. Pure: texts are read through a function. */
import type { OpenFile, Passage } from '../ports.ts';
import type { Chunk } from './chunks.ts';
import type { FileKind } from './fileRules.ts';
import { Lines } from './lines.ts';
import type { Boost, PassageIndex, RankedChunk } from './passageIndex.ts';
import { quoteOf } from './quote.ts';
import { questionTerms, terms } from './terms.ts';

/** What of an open file matters for ranking. */
export type Editor = Pick<OpenFile, 'uri' | 'path' | 'active' | 'visible' | 'selection'> & { key: string };

export interface Question {
  text: string;
  limit: number;
  /** Open editors by the keys their files have in the index. */
  editors: readonly Editor[];
}

/** The text of an indexed file as it is now; undefined when it is gone. */
export type ReadText = (key: string) => Promise<string | undefined>;

/** People ask about what they look at: an open file is likelier than another, more so in front, most so when selected. */
const openBoost = 1.25;
const activeBoost = 1.5;
const selectionBoost = 2;
/** A question that names a file is about that file. */
const namedBoost = 3;
/** Tests and documents repeat the words of the code they are about; half weight leaves the code itself in front. */
const secondaryWeight = 0.5;

const asksForTests = new Set(terms('test tests testing spec specs flaky fixture assert coverage CI'));
const asksForDocs = new Set(terms('doc docs document documentation readme guide manual changelog instructions'));
/** How to do a thing, whether one may, and what happens then are what documents are written to answer. */
const practical = /^\W*(?:how (?:do|can|should|to)|can|may|should|does|do|is|are|what happens|who|why)\b/i;

/** Quotes of one file in an answer; a second one may be the other half of it, a third crowds out another file. */
const mostFromOneFile = 2;
/** Chunks narrowed for each passage wanted, as some turn out to say the same. */
const candidates = 4;

/** The passages that match a question best, best first, each at most twelve lines and word for word. */
export async function findPassages(index: PassageIndex, question: Question, read: ReadText): Promise<Passage[]> {
  const weights = index.weights(questionTerms(question.text));
  if (weights.size === 0) return lookedAt(question, read);
  const ranked = index.rank(weights, question.limit * candidates, boostOf(question));
  const passages: Passage[] = [];
  const perFile = new Map<string, number>();
  for (const chunk of ranked) {
    if (passages.length >= question.limit) break;
    const taken = perFile.get(chunk.key) ?? 0;
    if (taken >= mostFromOneFile) continue;
    const passage = await narrowed(chunk, weights, read);
    if (!passage || passages.some((other) => other.text === passage.text)) continue;
    perFile.set(chunk.key, taken + 1);
    passages.push(passage);
  }
  return passages;
}

async function narrowed(
  chunk: RankedChunk,
  weights: ReadonlyMap<string, number>,
  read: ReadText,
): Promise<Passage | undefined> {
  const text = await read(chunk.key);
  if (text === undefined) return undefined;
  const lines = new Lines(text);
  // The file may have become shorter since it was indexed.
  if (chunk.startLine > lines.count) return undefined;
  const range = { startLine: chunk.startLine, endLine: Math.min(chunk.endLine, lines.count) };
  return passage(chunk, lines, quoteOf(lines, range, weights), chunk.score);
}

function passage(file: { uri: string; path: string }, lines: Lines, range: Chunk, score: number): Passage {
  const { startLine, endLine } = range;
  return { uri: file.uri, path: file.path, startLine, endLine, text: lines.slice(startLine, endLine), score };
}

/** For "what does this do": the selection, or what is in view. */
async function lookedAt(question: Question, read: ReadText): Promise<Passage[]> {
  const editor = question.editors.find((candidate) => candidate.active);
  const range = editor?.selection ?? editor?.visible;
  if (!editor || !range) return [];
  const text = await read(editor.key);
  if (text === undefined) return [];
  const lines = new Lines(text);
  if (range.startLine > lines.count) return [];
  const shown = quoteOf(lines, { startLine: range.startLine, endLine: Math.min(range.endLine, lines.count) }, new Map());
  return [passage(editor, lines, shown, 1)];
}

function boostOf(question: Question): Boost {
  const asked = new Set(terms(question.text));
  const wants: Record<FileKind, boolean> = {
    code: true,
    test: [...asked].some((term) => asksForTests.has(term)),
    doc: [...asked].some((term) => asksForDocs.has(term)) || practical.test(question.text),
  };
  const lower = question.text.toLowerCase();
  const editors = new Map(question.editors.map((editor) => [editor.key, editor]));
  return (file, chunk) => {
    let factor = wants[file.kind] ? 1 : secondaryWeight;
    if (lower.includes(baseName(file.path).toLowerCase())) factor *= namedBoost;
    const editor = editors.get(file.key);
    if (!editor) return factor;
    if (editor.active && editor.selection && overlaps(editor.selection, chunk)) return factor * selectionBoost;
    return factor * (editor.active ? activeBoost : openBoost);
  };
}

const baseName = (path: string) => path.split('/').at(-1) ?? path;

const overlaps = (a: Chunk, z: Chunk) => a.startLine <= z.endLine && z.startLine <= a.endLine;
