/** From an input to the entry that keeps it. */
import type { Door, GroundingMode, UserEntry, UserEntryDraft } from '../protocol/entries.ts';
import { type TurnInput, turnInput } from '../protocol/turnInput.ts';
import type { TurnInputOf } from './assistant.ts';
import { checkMediaBytes } from './context/mediaBytes.ts';
import { type CausewayError, emptyInput, invalidInput } from './errors.ts';

/** `grounding` is used where the input names none. Throws `invalid_input`, `empty_input`, `attachments_too_large`. */
export function userEntryOf(input: TurnInputOf, grounding: GroundingMode, at: number): UserEntryDraft {
  const parsed = turnInput.safeParse(input);
  if (!parsed.success) throw invalid(input, parsed.error.issues[0]);
  const { text, media = [], attachments = [], client, parentId, model } = parsed.data;
  // What is said in a session is its users' to show, and programs have a scope for what they may read of others.
  if (isProgram(parsed.data.door) && attachments.some(({ kind }) => kind === 'session'))
    throw invalidInput('attachments', 'a session', 'files, folders, symbols and texts');
  const isBlank = text.trim() === '';
  checkMediaBytes(media);
  if (isBlank && media.length + attachments.length === 0) throw emptyInput();
  return {
    id: crypto.randomUUID(),
    kind: 'user',
    turnId: input.turnId ?? crypto.randomUUID(),
    at,
    door: parsed.data.door,
    ...(client === undefined ? {} : { client }),
    ...(parentId === undefined ? {} : { parentId }),
    content: [...media, ...(isBlank ? [] : [{ type: 'text' as const, text }])],
    ...(attachments.length === 0 ? {} : { attachments }),
    grounding: parsed.data.grounding ?? grounding,
    ...(model === undefined ? {} : { model }),
    ...choicesOf(parsed.data),
  };
}

const isProgram = (door: Door): boolean => door === 'bridge' || door === 'mcp';

/** The input of an earlier turn once more, with all that was chosen for it, as a branch beside it. */
export function againOf(earlier: UserEntry, door: Door, at: number): UserEntryDraft {
  const { content, attachments, grounding, model, parentId } = earlier;
  return {
    id: crypto.randomUUID(),
    kind: 'user',
    turnId: crypto.randomUUID(),
    at,
    door,
    parentId,
    content,
    ...(attachments === undefined ? {} : { attachments }),
    grounding,
    ...(model === undefined ? {} : { model }),
    ...choicesOf(earlier),
  };
}

/** Stands for an input that is not in the log, since it was not sent. */
const unsentId = '00000000-0000-4000-8000-000000000000';

/** An input as it would be sent. It may be empty: then the context is what would go with any input. */
export function unsentInput(input: TurnInput, grounding: GroundingMode) {
  return {
    id: unsentId,
    content: [...(input.media ?? []), { type: 'text' as const, text: input.text }],
    ...(input.attachments === undefined ? {} : { attachments: input.attachments }),
    grounding: input.grounding ?? grounding,
    ...choicesOf(input),
  };
}

/** What was chosen for the turn alone. */
function choicesOf({ excluded = [], pinned = [], replaced = [], output }: Partial<TurnInput | UserEntry>) {
  return {
    ...(excluded.length === 0 ? {} : { excluded }),
    ...(pinned.length === 0 ? {} : { pinned }),
    ...(replaced.length === 0 ? {} : { replaced }),
    ...(output === undefined ? {} : { output }),
  };
}

function invalid(input: unknown, issue: { path: PropertyKey[]; message: string } | undefined): CausewayError {
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    input,
  );
  return invalidInput(path.map(String).join('.') || 'input', shown(value), issue?.message ?? 'a turn input');
}

/** Short enough for a message, and of a long text only that it is long. */
function shown(value: unknown): string {
  if (typeof value === 'string' && value.length > 40) return `${value.length} characters`;
  if (Array.isArray(value)) return `${value.length} items`;
  return typeof value === 'object' && value !== null ? 'an object' : (JSON.stringify(value) ?? 'nothing');
}
