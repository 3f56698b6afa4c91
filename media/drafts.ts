/** What is typed and chosen for the next turn, and its way to the host's store. */
import type { Attachment } from '../src/protocol/entries.ts';
import type { TurnChoices } from '../src/protocol/panelContext.ts';
import type { Draft, QueuedTurn } from '../src/protocol/session.ts';

/** A draft with all its parts, as the panel holds it. */
export interface PanelDraft {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly excluded: readonly { id: string; label: string }[];
  readonly pinned: readonly { entryId: string; label: string }[];
  readonly replaced: readonly { partId: string; label: string; text: string }[];
  readonly edits: readonly { entryId: string; text: string }[];
}

export const emptyDraft: PanelDraft = {
  text: '',
  attachments: [],
  excluded: [],
  pinned: [],
  replaced: [],
  edits: [],
};

/** A draft as the host has it, with what it leaves unsaid. */
export const wholeDraft = (draft: Draft): PanelDraft => {
  const { text, attachments, excluded = [], pinned = [], replaced = [], edits = [] } = draft;
  return { text, attachments, excluded, pinned, replaced, edits };
};

/** What the user decided about the next turn, as it goes with it. */
export const choicesOf = ({ excluded, pinned, replaced }: PanelDraft): TurnChoices => ({
  excluded: excluded.map(({ id }) => id),
  pinned: pinned.map(({ entryId }) => entryId),
  replaced: replaced.map(({ partId, text }) => ({ partId, text })),
});

/** The draft without the choices that went with a turn; what was chosen meanwhile stays. */
export const withoutChoices = (draft: PanelDraft, sent: PanelDraft): PanelDraft => ({
  ...draft,
  excluded: draft.excluded.filter(({ id }) => !sent.excluded.some((one) => one.id === id)),
  pinned: draft.pinned.filter(({ entryId }) => !sent.pinned.some((one) => one.entryId === entryId)),
  replaced: draft.replaced.filter(
    ({ partId, text }) => !sent.replaced.some((one) => one.partId === partId && one.text === text),
  ),
});

export const isBlank = ({ text, attachments }: Pick<PanelDraft, 'text' | 'attachments'>): boolean =>
  text.trim() === '' && attachments.length === 0;

/** The attachments of both, each once. */
export function joinAttachments(some: readonly Attachment[], more: readonly Attachment[]): Attachment[] {
  const key = (item: Attachment) => `${item.kind} ${item.uri} ${item.startLine ?? ''} ${item.endLine ?? ''}`;
  const known = new Set(some.map(key));
  return [...some, ...more.filter((item) => !known.has(key(item)))];
}

export const withAttached = (draft: PanelDraft, more: readonly Attachment[]): PanelDraft => ({
  ...draft,
  attachments: joinAttachments(draft.attachments, more),
});

/** An input that comes back stands before what was typed meanwhile. */
export function putBefore(
  draft: PanelDraft,
  input: Pick<PanelDraft, 'text' | 'attachments'> | QueuedTurn,
): PanelDraft {
  const texts = [input.text, draft.text].filter((text) => text.trim() !== '');
  return {
    ...draft,
    text: texts.join('\n'),
    attachments: joinAttachments(input.attachments ?? [], draft.attachments),
  };
}

/** Milliseconds after a change: short enough that a crash costs a word, long enough not to write each letter. */
const delay = 250;

type Kept = Draft & { sessionId: string };

/** Drafts go to the host soon after each change, and at once when the panel may go away. */
export class Drafts {
  readonly #write: (draft: Kept) => void;
  #waiting: Kept | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (draft: Kept) => void) {
    this.#write = write;
  }

  change(sessionId: string, draft: PanelDraft): void {
    if (this.#waiting && this.#waiting.sessionId !== sessionId) this.flush();
    this.#waiting = {
      sessionId,
      text: draft.text,
      attachments: [...draft.attachments],
      excluded: [...draft.excluded],
      pinned: [...draft.pinned],
      replaced: [...draft.replaced],
      edits: [...draft.edits],
    };
    // The first change sets the time, so that steady typing is written too.
    this.#timer ??= setTimeout(() => this.flush(), delay);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const draft = this.#waiting;
    this.#waiting = undefined;
    if (draft) this.#write(draft);
  }
}
