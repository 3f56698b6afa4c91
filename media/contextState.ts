/** The part of the panel's state that is about the context. A pure reducer. */
import type { ContextView } from '../src/protocol/contextView.ts';
import type { FrameBody } from '../src/protocol/entries.ts';
import type { PanelFrame, PanelMemory } from '../src/protocol/panelContext.ts';

/** Whose context is looked at: that of a turn, or what would be sent now. */
export type Inspected = { kind: 'turn'; turnId: string } | { kind: 'next' };
type ShownSegment = ContextView['report']['segments'][number];

export interface Inspector {
  of: Inspected;
  view: ContextView | undefined;
  /** Counts up with each view: a text of an older one is shown until the new one has come. */
  version: number;
  /** By the key of the segment. */
  texts: ReadonlyMap<string, { version: number; text: string }>;
  /** Keys of the segments whose text is shown. */
  open: ReadonlySet<string>;
}

export interface ContextState {
  inspector: Inspector | undefined;
  memory: PanelMemory | undefined;
  /** Keys of the frames whose words are shown. */
  openFrames: ReadonlySet<string>;
  /** By the id of the frame, which is another after an edit. */
  frameWords: ReadonlyMap<string, FrameBody>;
}

export const initialContext: ContextState = {
  inspector: undefined,
  memory: undefined,
  openFrames: new Set(),
  frameWords: new Map(),
};

export type ContextAction =
  | { type: 'inspect'; of: Inspected }
  | { type: 'view'; of: Inspected; view: ContextView }
  | { type: 'toggle'; key: string }
  | { type: 'text'; key: string; version: number; text: string }
  | { type: 'memory'; memory: PanelMemory }
  | { type: 'frame'; key: string; open: boolean }
  | { type: 'frameWords'; frameId: string; body: FrameBody };

/** `sessionId` is the session that is shown: what comes late for another one is not its. */
export function reduceContext(
  state: ContextState,
  sessionId: string | undefined,
  action: ContextAction,
): ContextState {
  const { inspector } = state;
  switch (action.type) {
    case 'inspect':
      return inspector && sameOf(inspector.of, action.of)
        ? state
        : {
            ...state,
            inspector: { of: action.of, view: undefined, version: 0, texts: new Map(), open: new Set() },
          };
    case 'view':
      if (!inspector || action.view.sessionId !== sessionId || !sameOf(inspector.of, action.of)) return state;
      return { ...state, inspector: { ...inspector, view: action.view, version: inspector.version + 1 } };
    case 'toggle':
      return inspector
        ? { ...state, inspector: { ...inspector, open: toggled(inspector.open, action.key) } }
        : state;
    case 'text': {
      const { key, version, text } = action;
      if (!inspector || version !== inspector.version) return state;
      const texts = new Map(inspector.texts).set(key, { version, text });
      return { ...state, inspector: { ...inspector, texts } };
    }
    case 'memory':
      return action.memory.sessionId === sessionId ? { ...state, memory: action.memory } : state;
    case 'frame':
      return state.openFrames.has(action.key) === action.open
        ? state
        : { ...state, openFrames: toggled(state.openFrames, action.key) };
    case 'frameWords':
      return { ...state, frameWords: new Map(state.frameWords).set(action.frameId, action.body) };
    default:
      return action satisfies never;
  }
}

/** What a frame covers names it: an edit or a rebuild gives it another id. */
export const frameKey = ({ covers }: Pick<PanelFrame, 'covers'>): string => `${covers.fromId} ${covers.toId}`;

export const sameOf = (one: Inspected, other: Inspected): boolean =>
  one.kind === 'turn' ? other.kind === 'turn' && one.turnId === other.turnId : other.kind === 'next';

function toggled<T>(all: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const changed = new Set(all);
  if (!changed.delete(one)) changed.add(one);
  return changed;
}

/** Names of the segments that hold while the request changes around them, so that what is open stays open. */
export function segmentKeys(segments: readonly ShownSegment[]): string[] {
  const seen = new Map<string, number>();
  return segments.map(({ kind, label, partId, entryIds }) => {
    // The tail of the conversation grows at its end and is the same segment for all that.
    const name = kind === 'conversation' ? kind : `${kind} ${partId ?? entryIds?.[0] ?? label}`;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name} #${before + 1}`;
  });
}
