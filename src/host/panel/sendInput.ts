/** An input of the panel on its way into the session. */
import type { Assistant } from '../../core/assistant.ts';
import { notFound } from '../../core/errors.ts';
import type { SessionStore } from '../../core/session/store.ts';
import type { Attachment } from '../../protocol/entries.ts';
import type { PanelParams, PanelResult } from '../../protocol/panel.ts';
import type { TurnInput } from '../../protocol/turnInput.ts';

/** What goes with an input: pictures and PDFs apart from texts. */
export interface SentFiles {
  attachments: Attachment[];
  media: NonNullable<TurnInput['media']>;
}

/**
 * `/name words` asks the prompt of that name. Throws what `startTurn` throws, `prompt_input_invalid`, and `not_found` for an
 * entry in `from` that is not there; then the draft stays. `taken` has the attachments as they are sent,
 * where some of them are pictures or PDFs.
 */
export async function sendInput(
  assistant: Assistant,
  { sessionId, from, ...input }: PanelParams<'send'>,
  mark: Pick<TurnInput, 'grounding' | 'door'>,
  taken: SentFiles = { attachments: input.attachments, media: [] },
): Promise<PanelResult<'send'>> {
  const again = from === undefined ? [] : await mediaOf(assistant.sessions, sessionId, from);
  const media = [...again, ...taken.media];
  const prompt = await assistant.prompts.typed(input.text);
  const { grounding, door } = mark;
  const { turnId, state } = await assistant.startTurn(sessionId, {
    // What was chosen beside one profile says nothing of the one that a prompt names.
    ...(grounding === undefined || prompt?.turn.profile !== undefined ? {} : { grounding }),
    door,
    ...(prompt?.turn ?? { text: input.text }),
    attachments: taken.attachments,
    excluded: input.excluded,
    ...(input.pinned === undefined ? {} : { pinned: input.pinned }),
    ...(input.replaced === undefined ? {} : { replaced: input.replaced }),
    ...(media.length === 0 ? {} : { media }),
    ...(input.parentId === undefined ? {} : { parentId: input.parentId }),
  });
  // An edited input was never the draft.
  if (input.parentId === undefined) await forgetSent(assistant, sessionId, input);
  return { turnId, state };
}

async function mediaOf(
  sessions: SessionStore,
  sessionId: string,
  entryId: string,
): Promise<NonNullable<TurnInput['media']>> {
  const entry = await sessions.entry(sessionId, entryId);
  if (entry?.kind !== 'user') throw notFound('entry', entryId);
  return entry.content.filter((block) => block.type !== 'text');
}

/** The input is durable now. What was typed or attached meanwhile is another draft and stays. */
async function forgetSent(
  assistant: Assistant,
  sessionId: string,
  sent: Pick<PanelParams<'send'>, 'text' | 'attachments'>,
): Promise<void> {
  const draft = await assistant.draft(sessionId);
  if (!draft || draft.text !== sent.text) return;
  if (JSON.stringify(draft.attachments) !== JSON.stringify(sent.attachments)) return;
  await assistant.setDraft(sessionId, {
    ...draft,
    text: '',
    attachments: [],
    excluded: [],
    pinned: [],
    replaced: [],
  });
}
