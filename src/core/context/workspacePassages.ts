/** Passages of the workspace that matter for an input, as parts the answer can cite. */
import type { FilePlace } from '../../protocol/report.ts';
import type { Passage, PassageSearch } from '../ports.ts';
import { attachmentText } from './conversation.ts';
import { type Counted, chosenReason, chosenText, type Part, type TurnChoices } from './parts.ts';

export interface PassagePart extends Part {
  /** Absent where the user wrote other words for it, which stand nowhere. */
  place?: FilePlace;
  /** Of turns of another session, which the user named. */
  sessionId?: string;
  /** What it is for those that are found unasked: asked for by the user where absent. */
  rank?: 'visible' | 'passage' | 'file';
  /** How well a passage fits the input; absent where a language server says that it defines what the input names. */
  score?: number;
  /** Id of the part with the whole open file in which it stands: it goes where that does not fit. */
  partOf?: string;
}

/**
 * How long a turn waits for the workspace, ms. A search takes milliseconds; the first one of a large folder reads all
 * of it, and an answer that names no place is then better than none for a minute.
 */
const patienceMs = 3_000;

/** Measured on questions about unknown repositories, nineteen of twenty answers stand in the first ten files. */
export const mostPassages = 12;

/** What was found, or that it took too long. Rejects as the search does. */
export async function askWorkspace(
  search: PassageSearch,
  question: string,
  around?: string,
): Promise<{ found: Passage[]; late: boolean }> {
  const signal = AbortSignal.timeout(patienceMs);
  const late = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined), { once: true }),
  );
  const found = await Promise.race([
    // A search that is given up may end in an error; that it was given up is what is told.
    search
      .search(question, { limit: mostPassages, signal, ...(around === undefined ? {} : { around }) })
      .catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      }),
    late,
  ]);
  return { found: found ?? [], late: found === undefined };
}

/** The most fitting first. `open`: the parts with whole open files, which take the place of what is found in them. */
export function passageParts(
  found: readonly Passage[],
  open: readonly { id: string; uri: string }[],
  choices: TurnChoices,
): PassagePart[] {
  const wholes = new Map(open.map(({ id, uri }) => [uri, id]));
  return found
    .filter(({ text }) => text.trim() !== '')
    .map(({ uri, path, startLine, endLine, text, symbol, score }) => {
      const partOf = wholes.get(uri);
      return {
        ...placedPart(
          {
            id: `passage:${uri}:${startLine}`,
            place: { uri, path, startLine, endLine },
            text,
            reason: reasonOf(symbol),
          },
          choices,
        ),
        rank: 'passage',
        ...(symbol?.as === 'definition' ? {} : { score }),
        ...(partOf === undefined ? {} : { partOf }),
      };
    });
}

/** Lines of a file as a part that can be cited, unless the user wrote other words for them. */
export function placedPart(
  { id, place, text, reason }: { id: string; place: FilePlace; text: string; reason: string },
  choices: TurnChoices,
): PassagePart {
  const { path, startLine, endLine } = place;
  const chosen = chosenText(choices, id, text);
  return {
    id,
    label: startLine === endLine ? `${path}:${startLine}` : `${path}:${startLine}-${endLine}`,
    reason: chosenReason(choices, id, reason),
    ...(chosen === text
      ? { text, place }
      : { text: attachmentText({ kind: 'selection', ...place, text: chosen }) }),
  };
}

function reasonOf(symbol: Passage['symbol']): string {
  if (!symbol) return 'Found in the workspace for this input.';
  const is = symbol.as === 'definition' ? 'is defined' : 'is used';
  return `${symbol.name}, which the input names, ${is} here, says the language server.`;
}

/** Where what was masked had several lines, the lines behind it are others, and no place in it can be cited. */
export function stillInPlace(
  masked: Counted<PassagePart>,
  before: PassagePart | undefined,
): Counted<PassagePart> {
  const { place, ...rest } = masked;
  if (!place || linesIn(masked.text) === linesIn(before?.text ?? '')) return masked;
  return { ...rest, text: attachmentText({ kind: 'selection', ...place, text: masked.text }) };
}

const linesIn = (text: string): number => text.split('\n').length;
