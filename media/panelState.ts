/** The panel's state as a pure reducer over what the host says and what the user does. */
import type { AssistantBlock } from '../src/protocol/content.ts';
import type { AssistantEntry, Attachment, Entry } from '../src/protocol/entries.ts';
import type { ErrorInfo } from '../src/protocol/errors.ts';
import type { HostMessage, PanelStatus, SessionView } from '../src/protocol/panel.ts';
import type { MemoryChange } from '../src/protocol/panelContext.ts';
import type { QueuedTurn, SearchHit, SessionPlace, SessionSummary } from '../src/protocol/session.ts';
import { spentWith } from '../src/protocol/spending.ts';
import type { SessionEvent } from '../src/protocol/turnEvents.ts';
import { type ContextAction, type ContextState, initialContext, reduceContext } from './contextState.ts';
import { emptyDraft, joinAttachments, type PanelDraft, wholeDraft } from './drafts.ts';
import { t } from './l10n.ts';

/** An answer that is on its way. */
export interface LiveAnswer {
  turnId: string;
  /** False when another window runs the turn; it cannot be stopped from here. */
  own: boolean;
  model: string;
  /** Blocks by their index in the answer. */
  blocks: ReadonlyMap<number, AssistantBlock>;
  retrying: { attempt: number; delayMs: number; reason: string } | undefined;
}

export interface PanelState {
  status: PanelStatus | undefined;
  session: SessionSummary | undefined;
  /** The loaded part of the active branch, oldest first. */
  entries: readonly Entry[];
  hasEarlier: boolean;
  queue: readonly QueuedTurn[];
  live: LiveAnswer | undefined;
  totals: SessionView['totals'];
  draft: PanelDraft;
  /** Counts up when the draft is replaced from outside, so that the input takes it over. */
  draftNumber: number;
  screen: 'chat' | 'history' | 'context' | 'memory';
  /** What is sent and what the session remembers, as far as it was asked for. */
  context: ContextState;
  history: {
    query: string;
    trashed: boolean;
    sessions: readonly SessionSummary[];
    hits: readonly SearchHit[];
    /** Where older sessions go on that are not listed yet. */
    next: SessionPlace | undefined;
    /** The user has made it show older ones. */
    grown: boolean;
  };
  find: { query: string; entryIds: readonly string[]; at: number } | undefined;
  /** A request that failed; shown until the next one or until it is closed. */
  problem: ErrorInfo | undefined;
  /** What was taken away last and can be brought back. */
  undo:
    | { what: 'trashed'; sessionId: string; title: string }
    | { what: 'withdrawn'; sessionId: string; inputs: readonly QueuedTurn[] }
    | { what: 'directive'; sessionId: string; text: string; change: MemoryChange }
    | undefined;
  /** Words for the screen reader's live region. */
  announcement: string;
  /** The branch that is shown has an entry whose parent is not loaded: the view must be asked for anew. */
  stale: boolean;
}

export const initialState: PanelState = {
  status: undefined,
  session: undefined,
  entries: [],
  hasEarlier: false,
  queue: [],
  live: undefined,
  totals: { tokens: 0, costUsd: 0, costKnown: true },
  draft: emptyDraft,
  draftNumber: 0,
  screen: 'chat',
  context: initialContext,
  history: { query: '', trashed: false, sessions: [], hits: [], next: undefined, grown: false },
  find: undefined,
  problem: undefined,
  undo: undefined,
  announcement: '',
  stale: false,
};

export type PanelAction =
  | { type: 'host'; message: HostMessage }
  | { type: 'view'; view: SessionView }
  | { type: 'earlier'; sessionId: string; entries: Entry[]; hasEarlier: boolean }
  | { type: 'screen'; screen: PanelState['screen'] }
  | { type: 'context'; action: ContextAction }
  | { type: 'history'; history: PanelState['history'] }
  | { type: 'find'; find: PanelState['find'] }
  | { type: 'problem'; problem: ErrorInfo | undefined }
  | { type: 'undo'; undo: PanelState['undo'] }
  | ({ type: 'draft' } & Partial<PanelDraft>)
  | { type: 'attach'; attachments: readonly Attachment[] }
  | { type: 'announce'; words: string }
  | { type: 'notShown' };

export function reduce(state: PanelState, action: PanelAction): PanelState {
  switch (action.type) {
    case 'host':
      return reduceMessage(state, action.message);
    case 'view':
      return showView(state, action.view);
    case 'earlier':
      return withEarlier(state, action);
    case 'screen':
      return { ...state, screen: action.screen };
    case 'context':
      return { ...state, context: reduceContext(state.context, state.session?.id, action.action) };
    case 'history':
      return { ...state, history: action.history };
    case 'find':
      return { ...state, find: action.find };
    case 'problem':
      return action.problem
        ? { ...say(state, action.problem.message), problem: action.problem }
        : { ...state, problem: undefined };
    case 'undo':
      return { ...state, undo: action.undo };
    case 'draft': {
      const { type: _, ...change } = action;
      return { ...state, draft: { ...state.draft, ...change } };
    }
    case 'attach':
      return withAttachments(state, action.attachments);
    case 'announce':
      return say(state, action.words);
    case 'notShown':
      return { ...state, stale: false };
    default:
      return action satisfies never;
  }
}

/** The same words once more are other words to a live region, or they would not be heard. */
const say = (state: PanelState, words: string): PanelState => ({
  ...state,
  announcement: state.announcement === words ? `${words}\u00a0` : words,
});

function reduceMessage(state: PanelState, message: HostMessage): PanelState {
  switch (message.type) {
    case 'status':
      return { ...state, status: message.status };
    case 'view':
      return showView(state, message.view);
    case 'event':
      return reduceEvent(state, message.event);
    case 'attach': {
      if (message.sessionId !== state.session?.id) return state;
      const attached = withAttachments(state, message.attachments);
      return message.text === undefined
        ? attached
        : {
            ...attached,
            draft: { ...attached.draft, text: message.text },
            draftNumber: state.draftNumber + 1,
          };
    }
    case 'sessionsChanged':
    case 'contextChanged':
    case 'memoryChanged':
    case 'navigate':
      return state;
    default:
      return message satisfies never;
  }
}

function showView(state: PanelState, view: SessionView): PanelState {
  const same = view.session.id === state.session?.id;
  return {
    ...state,
    session: view.session,
    entries: view.entries,
    hasEarlier: view.hasEarlier,
    queue: view.queue,
    totals: view.totals,
    live: view.live
      ? {
          turnId: view.live.turnId,
          own: view.live.own,
          model: state.live?.turnId === view.live.turnId ? state.live.model : '',
          blocks: new Map(view.live.content.map((block, index) => [index, block])),
          retrying: undefined,
        }
      : undefined,
    // What is being typed into the same session is newer than what the host has.
    draft: withoutGone(
      same ? state.draft : wholeDraft(view.draft),
      (entryId) => view.hasEarlier || view.entries.some(({ id }) => id === entryId),
    ),
    draftNumber: same ? state.draftNumber : state.draftNumber + 1,
    screen: same ? state.screen : 'chat',
    context: same ? state.context : initialContext,
    find: same ? state.find : undefined,
    problem: undefined,
    stale: false,
  };
}

function withEarlier(
  state: PanelState,
  page: { sessionId: string; entries: readonly Entry[]; hasEarlier: boolean },
): PanelState {
  if (page.sessionId !== state.session?.id) return state;
  const known = new Set(state.entries.map(({ id }) => id));
  const fresh = page.entries.filter(({ id }) => !known.has(id));
  return { ...state, entries: [...fresh, ...state.entries], hasEarlier: page.hasEarlier };
}

function withAttachments(state: PanelState, attachments: readonly Attachment[]): PanelState {
  return {
    ...state,
    draft: { ...state.draft, attachments: joinAttachments(state.draft.attachments, attachments) },
  };
}

/** An edit ends when its input leaves the branch; until then nothing that happens in the session closes it. */
function withoutGone(draft: PanelDraft, isThere: (entryId: string) => boolean): PanelDraft {
  const edits = draft.edits.filter(({ entryId }) => isThere(entryId));
  return edits.length === draft.edits.length ? draft : { ...draft, edits };
}

function reduceEvent(state: PanelState, event: SessionEvent): PanelState {
  if (event.sessionId !== state.session?.id) return state;
  switch (event.type) {
    case 'entry.appended':
      return withEntry(state, event.entry);
    case 'turn.started':
      if (hasEnded(state, event.turnId)) return state;
      return {
        ...state,
        problem: undefined,
        live: { turnId: event.turnId, own: true, model: event.model, blocks: new Map(), retrying: undefined },
      };
    case 'turn.text':
      return withBlock(state, event.turnId, event.block, (block) =>
        block?.type === 'text'
          ? { ...block, text: block.text + event.text }
          : { type: 'text', text: event.text },
      );
    case 'turn.thinking':
      return withBlock(state, event.turnId, event.block, (block) =>
        block?.type === 'thinking'
          ? { ...block, thinking: block.thinking + event.text }
          : { type: 'thinking', thinking: event.text, signature: '' },
      );
    case 'turn.citation':
      return withBlock(state, event.turnId, event.block, (block) =>
        block?.type === 'text'
          ? { ...block, citations: [...(block.citations ?? []), event.citation] }
          : { type: 'text', text: '', citations: [event.citation] },
      );
    case 'turn.tool_call': {
      const called = withBlock(state, event.turnId, event.block, () => ({
        type: 'tool_use',
        id: event.id,
        name: event.name,
        input: event.input,
      }));
      return called === state ? state : { ...called, announcement: t('toolAsked', event.name) };
    }
    case 'turn.retrying':
      if (state.live?.turnId !== event.turnId) return state;
      return {
        ...state,
        live: {
          ...state.live,
          retrying: { attempt: event.attempt, delayMs: event.delayMs, reason: event.reason },
        },
      };
    case 'turn.progress':
      if (hasEnded(state, event.turnId) || (state.live && state.live.turnId !== event.turnId)) return state;
      return {
        ...state,
        live: {
          turnId: event.turnId,
          own: false,
          model: state.live?.turnId === event.turnId ? state.live.model : '',
          blocks: new Map(event.content.map((block, index) => [index, block])),
          retrying: undefined,
        },
      };
    case 'turn.ended': {
      // The entry comes by itself too; whichever is heard first puts it in its place.
      const ended = withEntry(state, event.entry);
      return ended.live?.turnId === event.turnId ? { ...ended, live: undefined } : ended;
    }
    case 'queue.changed':
      return { ...state, queue: event.queue };
    case 'session.changed':
      return { ...state, session: event.session };
    case 'session.purged':
    case 'turn.queued':
    case 'turn.withdrawn':
    case 'turn.usage':
    // The entry with the whole result follows.
    case 'turn.tool_result':
      return state;
    default:
      return event satisfies never;
  }
}

function withBlock(
  state: PanelState,
  turnId: string,
  index: number,
  change: (block: AssistantBlock | undefined) => AssistantBlock,
): PanelState {
  const live = state.live;
  if (live?.turnId !== turnId) return state;
  const blocks = new Map(live.blocks);
  blocks.set(index, change(blocks.get(index)));
  return { ...state, live: { ...live, blocks, retrying: undefined } };
}

/** Events can be heard late: after its last entry a turn does not come alive again. */
function hasEnded(state: PanelState, turnId: string): boolean {
  return state.entries.some(
    (entry) => entry.kind === 'assistant' && entry.turnId === turnId && entry.outcome !== undefined,
  );
}

/** An entry stands after its parent; what stood there before belongs to another branch now. */
function withEntry(state: PanelState, entry: Entry): PanelState {
  if (state.entries.some(({ id }) => id === entry.id)) return state;
  const parent = state.entries.findIndex(({ id }) => id === entry.parentId);
  if (parent < 0 && entry.parentId !== null) return { ...state, stale: true };
  const entries = [...state.entries.slice(0, parent + 1), entry];
  const ended = entry.kind === 'assistant' && entry.outcome !== undefined;
  return {
    ...state,
    entries,
    hasEarlier: entry.parentId === null ? false : state.hasEarlier,
    totals: spentWith(state.totals, entry) ?? state.totals,
    live: liveAfter(state.live, entry),
    draft: withoutGone(state.draft, (entryId) =>
      entry.parentId === null
        ? false
        : !state.entries.some(({ id }) => id === entryId) || entries.some(({ id }) => id === entryId),
    ),
    announcement: ended ? endedWords(entry) : entry.kind === 'user' ? t('answering') : state.announcement,
  };
}

/** A stored part of a turn replaces what was shown of it on its way. */
function liveAfter(live: LiveAnswer | undefined, entry: Entry): LiveAnswer | undefined {
  if (entry.kind !== 'assistant' || live?.turnId !== entry.turnId) return live;
  return entry.outcome === undefined ? { ...live, blocks: new Map() } : undefined;
}

/** What the screen reader is told of an end; never the text itself. */
function endedWords(entry: AssistantEntry): string {
  const words = entry.content.reduce(
    (sum, block) => sum + (block.type === 'text' ? block.text.split(/\s+/).filter(Boolean).length : 0),
    0,
  );
  switch (entry.outcome) {
    case 'failed':
      return t('saidFailed', entry.error?.message ?? '');
    case 'stopped':
      return t('saidStopped');
    case 'interrupted':
      return t('saidInterrupted');
    case 'done':
    case undefined:
      return t('saidDone', words);
    default:
      return entry.outcome satisfies never;
  }
}

/** The blocks of a live answer in order. */
export const liveBlocks = (live: LiveAnswer): AssistantBlock[] =>
  [...live.blocks].sort(([a], [b]) => a - b).map(([, block]) => block);
