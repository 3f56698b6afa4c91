/** How a program says that its call of a model belongs to a session: by headers, or by the name of the model. */
import { z } from 'zod';
import { invalidInput } from '../../core/errors.ts';
import type { GroundingMode } from '../../protocol/entries.ts';
import type { BridgeRequest } from '../http.ts';

export const sessionHeader = 'x-causeway-session';
export const turnHeader = 'x-causeway-turn';
const contextHeader = 'x-causeway-context';
const historyHeader = 'x-causeway-history';

/** `new` begins one; `auto` goes on with the one in which the conversation was held, and begins one where there is none. */
const wantedSession = z.union([z.enum(['new', 'auto']), z.uuid()]);
const contextPart = z.enum(['recall', 'open-files', 'workspace', 'none']);

export interface Binding {
  session: z.infer<typeof wantedSession>;
  /** The model's name without the session's. */
  model: string;
  /** The messages are the whole conversation. */
  whole: boolean;
  /** What the settings say when absent. */
  recall?: boolean;
  grounding?: GroundingMode;
  /** The turn behind which it goes on; else the messages themselves say it. */
  afterTurnId?: string;
}

const suffix = /@session(?::([^@]*))?$/;

/**
 * Undefined for a plain call, which is relayed as it is. `otherwise` is the session that the body names. Throws
 * `invalid_input`.
 */
export function bindingOf(
  { headers }: Pick<BridgeRequest, 'headers'>,
  name: string,
  otherwise?: string,
): Binding | undefined {
  const header = headers.get(sessionHeader);
  const named = name.includes('@session') ? suffix.exec(name) : null;
  if (header === undefined && !named && otherwise === undefined) {
    for (const other of [contextHeader, historyHeader])
      if (headers.has(other)) throw invalidInput(other, 'the header alone', `it beside ${sessionHeader}`);
    return undefined;
  }
  const session = wantedSession.safeParse(header ?? named?.[1] ?? otherwise ?? 'auto');
  if (!session.success) {
    const field = header === undefined ? 'model' : sessionHeader;
    throw invalidInput(field, 'another text', 'new, auto or the id of a session');
  }
  const model = named ? name.slice(0, named.index) : name;
  const whole = wholeOf(headers.get(historyHeader));
  return { session: session.data, model, whole, ...contextOf(headers.get(contextHeader)) };
}

function wholeOf(text: string | undefined): boolean {
  if (text === undefined || text === 'auto') return false;
  if (text === 'whole') return true;
  throw invalidInput(historyHeader, 'another text', 'whole or auto');
}

/** The header names all that goes along; what it does not name stays out. */
function contextOf(text: string | undefined): Pick<Binding, 'recall' | 'grounding'> {
  if (text === undefined) return {};
  const parts = text.split(',').map((part) => part.trim().toLowerCase());
  const parsed = z.array(contextPart).min(1).safeParse(parts);
  if (!parsed.success || (parts.includes('none') && parts.length > 1))
    throw invalidInput(contextHeader, 'another text', 'none, or some of recall, open-files and workspace');
  const grounding = parts.includes('workspace')
    ? 'workspace'
    : parts.includes('open-files')
      ? 'open_files'
      : 'off';
  return { recall: parts.includes('recall'), grounding };
}
