/** Earlier turns that matter for an input, as quotations of what was said. */
import { plainText } from '../../protocol/content.ts';
import type { Entry } from '../../protocol/entries.ts';
import { entryText } from '../../protocol/entryText.ts';
import type { RecalledEntry } from '../../protocol/memory.ts';
import type { Recall, RecallQuestion } from '../ports.ts';
import { frameText } from './frameText.ts';
import { chosenReason, chosenText, type TurnChoices } from './parts.ts';
import type { RecalledPart } from './shareOut.ts';
import { withoutEnd } from './tags.ts';

/**
 * How long a turn waits for recall, ms. A search takes milliseconds. It takes longer only where an index is first made,
 * as after an import, or read again after a restart; then a moment more before the answer is better than an answer from
 * an assistant that has forgotten. Recall itself answers after two seconds with what it has by then.
 */
const patienceMs = 3_000;

/**
 * Each is read from the store and counted. What fits is chosen by value for its length, so that more are looked at than
 * fit: among a hundred there are enough short ones for the eight thousand tokens of recalled turns.
 */
export const mostFound = 100;

/** Characters of the last turn that a question such as "and the other one?" is understood by. */
const ofLastTurn = 300;

/** What the input may point back to; undefined where nothing was said before it. */
export function saidBefore(tail: readonly Entry[]): string | undefined {
  const last = tail.findLast((entry) => entry.kind === 'user' || entry.kind === 'assistant');
  const said = last?.kind === 'user' || last?.kind === 'assistant' ? plainText(last.content) : '';
  return said === '' ? undefined : said.slice(0, ofLastTurn);
}

/** What was found, or why nothing was. */
export async function askRecall(
  recall: Recall,
  question: Omit<RecallQuestion, 'limit'>,
): Promise<{ found: RecalledEntry[]; late: boolean }> {
  const ended = AbortSignal.timeout(patienceMs);
  const late = new Promise<undefined>((resolve) =>
    ended.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  const found = await Promise.race([recall.search({ ...question, limit: mostFound }, ended), late]);
  return { found: found ?? [], late: found === undefined };
}

/** Entries of a session by their ids. */
export interface SaidReader {
  of(sessionId: string, ids: readonly string[]): Promise<Entry[]>;
}

/** A turn of fewer characters, about sixty tokens, is often a reply that says nothing without what it was said to. */
const shortTurn = 240;

/**
 * Found entries as quotations, the most fitting first, and behind them what stands before those that are short; those
 * that are gone or say nothing are left out.
 */
export async function foundParts(
  said: SaidReader,
  found: readonly RecalledEntry[],
  choices: TurnChoices,
): Promise<RecalledPart[]> {
  const entries = await readAll(said, found);
  const needed: { sessionId: string; entryId: string }[] = [];
  const parts = found.flatMap((hit): RecalledPart[] => {
    const entry = entries.get(hit.entryId);
    const text = entry ? saidIn(entry) : '';
    const part = entry && quotation(entry, excerpt(text, hit.terms), choices, reasonOf(hit));
    if (!part) return [];
    const before = text.length < shortTurn ? entry.parentId : null;
    const { sessionId, score } = hit;
    if (before === null) return [{ ...part, sessionId, score, asked: false }];
    if (!entries.has(before)) needed.push({ sessionId, entryId: before });
    return [{ ...part, sessionId, score, asked: false, needs: before }];
  });
  const sessionOf = new Map(needed.map(({ sessionId, entryId }) => [entryId, sessionId]));
  const neighbours = [...(await readAll(said, needed)).values()].flatMap((entry): RecalledPart[] => {
    if (entry.kind !== 'user' && entry.kind !== 'assistant') return [];
    const reason = 'It stands before a short turn that was recalled, which is understood with it.';
    const part = quotation(entry, excerpt(saidIn(entry), []), choices, reason);
    const sessionId = sessionOf.get(entry.id);
    const from = sessionId === undefined ? {} : { sessionId };
    return part ? [{ ...part, ...from, score: 0, asked: false }] : [];
  });
  return [...parts, ...neighbours];
}

async function readAll(
  said: SaidReader,
  wanted: readonly { sessionId: string; entryId: string }[],
): Promise<Map<string, Entry>> {
  const sessions = Map.groupBy(wanted, ({ sessionId }) => sessionId);
  const read = await Promise.all(
    [...sessions].map(([sessionId, hits]) =>
      said.of(sessionId, [...new Set(hits.map(({ entryId }) => entryId))]),
    ),
  );
  return new Map(read.flat().map((entry) => [entry.id, entry]));
}

/** Entries the user wants in this turn, whole. */
export function pinnedParts(entries: readonly Entry[], choices: TurnChoices): RecalledPart[] {
  return entries.flatMap((entry): RecalledPart[] => {
    const part = quotation(entry, saidIn(entry), choices, 'You pinned it to this turn.');
    return part ? [{ ...part, score: 0, asked: true }] : [];
  });
}

function quotation(
  entry: Entry,
  said: string,
  choices: TurnChoices,
  reason: string,
): Omit<RecalledPart, 'asked' | 'score'> | undefined {
  const id = `recall:${entry.id}`;
  const text = chosenText(choices, id, said).trim();
  if (text === '') return undefined;
  const date = new Date(entry.at).toISOString().slice(0, 16).replace('T', ' ');
  return {
    id,
    label: `${speakerOf(entry)}, ${date}`,
    text: `<recalled speaker="${speakerOf(entry)}" date="${date} UTC">\n${withoutEnd('recalled', text)}\n</recalled>`,
    reason: chosenReason(choices, id, reason),
    entryIds: [entry.id],
    at: entry.at,
  };
}

function speakerOf(entry: Entry): string {
  switch (entry.kind) {
    case 'user':
    case 'assistant':
    case 'frame':
      return entry.kind;
    case 'tool_result':
      return 'tool';
    default:
      return 'session';
  }
}

/** A frame is quoted as it would be sent. */
const saidIn = (entry: Entry): string => (entry.kind === 'frame' ? frameText(entry.body) : entryText(entry));

/** Characters of one quotation: about a thousand tokens, so that one long answer does not push out ten others. */
const longestExcerpt = 4_000;

/** The text, or of a long one the part around the first of the words it was found by. */
export function excerpt(text: string, terms: readonly string[]): string {
  if (text.length <= longestExcerpt) return text;
  const lower = text.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term.toLowerCase())).filter((place) => place >= 0);
  // What leads up to the word is needed to understand it, what follows says more.
  const first = Math.max(0, Math.min(...places, text.length) - longestExcerpt / 4);
  const from = places.length === 0 ? 0 : Math.min(first, text.length - longestExcerpt);
  const part = text.slice(from, from + longestExcerpt);
  return `${from > 0 ? '[…] ' : ''}${part}${from + part.length < text.length ? ' […]' : ''}`;
}

function reasonOf({ why, terms }: RecalledEntry): string {
  switch (why) {
    case 'words':
      return terms.length === 0
        ? 'Recalled by its words.'
        : `Recalled by its words: ${terms.slice(0, 6).join(', ')}.`;
    case 'meaning':
      return 'Recalled because it means something alike.';
    case 'time':
      return 'Recalled because of the time the input names.';
    case 'note':
      return 'Recalled by a note that was written when it went into a frame.';
    case 'neighbour':
      return 'Recalled because the turns around it hold the words of the input.';
    default:
      return why satisfies never;
  }
}
