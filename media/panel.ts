/** The panel without its views: state in signals, the channel, and what a user can do. */
import { batch, computed, signal } from '@preact/signals';
import type { ErrorInfo } from '../src/protocol/errors.ts';
import type { Fork } from '../src/protocol/forks.ts';
import type {
  ContextPreview,
  HostMessage,
  PanelMethod,
  PanelParams,
  PanelResult,
  SessionView,
} from '../src/protocol/panel.ts';
import { Channel, RequestFailed, type VsCodeApi } from './channel.ts';
import type { Inspected } from './contextState.ts';
import { choicesOf, Drafts, type PanelDraft } from './drafts.ts';
import { t } from './l10n.ts';
import { initialState, type PanelAction, type PanelState, reduce } from './panelState.ts';
import { rowsOf, withLive } from './rows.ts';

export type Place = Extract<HostMessage, { type: 'navigate' }>['to'];

/** Milliseconds of rest in typing before the tokens of the next request are counted anew. */
const previewDelay = 400;

const lostPanel: ErrorInfo = {
  code: 'panel_failed',
  message: 'The panel could not show this. What was stored is safe. Reload the window.',
  action: 'reload',
};

/** What came of a session that was asked for. */
export type Opening = 'shown' | 'refused' | 'late';

export class Panel {
  readonly state = signal<PanelState>(initialState);
  readonly preview = signal<ContextPreview | undefined>(undefined);
  /** Entry whose edit was just asked for: its box takes the focus. */
  readonly editAsked = signal<string | undefined>(undefined);
  /** Codes of notices that the user has closed. */
  readonly closedNotices = signal<ReadonlySet<string>>(new Set());
  readonly drafts: Drafts;
  /** Called before another session is shown, so that the place in the old one is remembered. */
  leaving: (sessionId: string) => void = () => {};
  /** Called before the rows of another session are drawn. */
  arrived: (sessionId: string) => void = () => {};
  navigate: (to: Place) => void = () => {};
  /** Follows the end of the transcript again. */
  toEnd: () => void = () => {};
  sessionsChanged: () => void = () => {};
  /** Shows the context of a turn, or of the next one. */
  inspect: (of: Inspected) => void = () => {};
  /** Id of the element from which a screen was opened, which takes the focus when it closes. */
  openedFrom: string | undefined;
  /** Called when what the session remembers has to be asked for. */
  memoryChanged: () => void = () => {};
  /** Called when another request than before would be sent. */
  requestChanged: () => void = () => {};
  /** The inputs shown beside which there are others, by their ids. */
  readonly forks = signal<ReadonlyMap<string, Fork>>(new Map());
  /** Row that was looked for elsewhere and is marked until its mark has faded. */
  readonly marked = signal<string | undefined>(undefined);
  /** Brings an entry that is loaded into view, or so many pixels below its top. */
  showEntry: (entryId: string, below?: number) => void = () => {};
  /** Pixels from the top of the view to that of an entry's row. */
  placeOf: (entryId: string) => number | undefined = () => undefined;

  readonly #entries = computed(() => this.state.value.entries);
  readonly #live = computed(() => this.state.value.live);
  readonly #memory = computed(() => this.state.value.context.memory);
  readonly #stored = computed(() => rowsOf(this.#entries.value, this.#memory.value?.frames));
  readonly rows = computed(() => withLive(this.#stored.value, this.#live.value));

  readonly #channel: Channel;
  /** Drafts of sessions as they were left, for what comes back to them when another is shown. */
  readonly #left = new Map<string, PanelDraft>();
  #arrived: HostMessage[] = [];
  #frame = 0;
  /** How many views of a session were asked for, and how many of them are awaited: they tell the way the log goes now. */
  #asked = 0;
  #awaited = 0;
  /** The host shows another session than the page, which came when something else had been asked for. */
  #isElsewhere = false;
  #previewTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: VsCodeApi) {
    this.#channel = new Channel(api, (message) => this.#hear(message));
    this.drafts = new Drafts((draft) => void this.ask('setDraft', draft));
  }

  get sessionId(): string | undefined {
    return this.state.value.session?.id;
  }

  dispatch(action: PanelAction): void {
    this.#applyArrived();
    this.#apply(action);
  }

  /** Asks the host; a refusal is shown and gives undefined. */
  async ask<M extends PanelMethod>(method: M, params: PanelParams<M>): Promise<PanelResult<M> | undefined> {
    try {
      return await this.#channel.request(method, params);
    } catch (error) {
      const problem = error instanceof RequestFailed ? error.info : lostPanel;
      this.dispatch({ type: 'problem', problem });
      return undefined;
    }
  }

  async start(): Promise<void> {
    const answer = await this.ask('ready', {});
    if (!answer) return;
    this.dispatch({ type: 'host', message: { type: 'status', status: answer.status } });
    this.show(answer.view);
  }

  show(view: SessionView): void {
    const before = this.sessionId;
    if (before && before !== view.session.id) {
      this.leaving(before);
      this.drafts.flush();
      this.#left.set(before, this.state.value.draft);
    }
    this.#left.delete(view.session.id);
    if (before !== view.session.id) {
      this.arrived(view.session.id);
      this.forks.value = new Map();
      this.marked.value = undefined;
    }
    this.dispatch({ type: 'view', view });
    this.memoryChanged();
    if (view.entries.length > 0) void this.#loadForks();
    this.countSoon(0);
  }

  /** Shows the branch that an entry is on. */
  showBranch(sessionId: string, entryId: string): Promise<Opening> {
    return this.showAsked(this.ask('openSession', { sessionId, entryId }));
  }

  /** Shows the view that was asked for, unless it comes late: then the user has gone on to something else. */
  async showAsked(asked: Promise<SessionView | undefined>): Promise<Opening> {
    const place = ++this.#asked;
    this.#awaited++;
    const view = await asked;
    const isLate = place !== this.#asked;
    if (view) this.#isElsewhere = isLate;
    // What arrived before it is told by it too.
    if (view && !isLate) this.show(view);
    this.#awaited--;
    if (!this.isOpening && (this.state.value.stale || this.#isElsewhere)) void this.#showAnew();
    if (isLate) return 'late';
    return view ? 'shown' : 'refused';
  }

  /** A session was asked for and is not shown yet. */
  get isOpening(): boolean {
    return this.#awaited > 0;
  }

  async #loadForks(): Promise<void> {
    const { sessionId } = this;
    if (!sessionId) return;
    const found = await this.ask('branches', { sessionId });
    if (found && this.sessionId === sessionId)
      this.forks.value = new Map(found.forks.map((one) => [one.entryId, one]));
  }

  /** Counts the tokens of the next request once typing rests. */
  countSoon(wait = previewDelay): void {
    clearTimeout(this.#previewTimer);
    this.#previewTimer = setTimeout(() => void this.#count(), wait);
  }

  say(words: string): void {
    this.dispatch({ type: 'announce', words });
  }

  async #count(): Promise<void> {
    const { session } = this.state.value;
    if (!session) return;
    this.requestChanged();
    const preview = await this.ask('preview', { sessionId: session.id, ...this.nextInput });
    if (preview && this.sessionId === session.id) this.preview.value = preview;
  }

  /** The input as it would be sent now. */
  get nextInput(): Omit<PanelParams<'preview'>, 'sessionId'> {
    const { draft } = this.state.value;
    return { text: draft.text, attachments: [...draft.attachments], ...choicesOf(draft) };
  }

  #hear(message: HostMessage): void {
    switch (message.type) {
      case 'event':
        this.#arrived.push(message);
        // A hidden page has no frames.
        if (document.hidden) this.#applyArrived();
        else this.#frame ||= requestAnimationFrame(() => this.#applyArrived());
        return;
      case 'view':
        this.#applyArrived();
        this.show(message.view);
        return;
      case 'navigate':
        this.navigate(message.to);
        return;
      case 'sessionsChanged':
        this.sessionsChanged();
        return;
      case 'contextChanged':
        this.countSoon();
        return;
      case 'memoryChanged':
        if (message.sessionId !== this.sessionId) return;
        this.memoryChanged();
        this.countSoon();
        return;
      case 'attach':
        this.dispatch({ type: 'host', message });
        this.draftChanged();
        this.navigate('input');
        return;
      case 'status':
        this.dispatch({ type: 'host', message });
        this.countSoon();
        return;
      default:
        message satisfies never;
    }
  }

  draftChanged(): void {
    const { session, draft } = this.state.value;
    if (session) this.drafts.change(session.id, draft);
    this.countSoon();
  }

  /** Changes the draft of a session that is or was shown in this page. */
  changeDraft(sessionId: string, change: (draft: PanelDraft) => PanelDraft): void {
    if (sessionId === this.sessionId) {
      this.dispatch({ type: 'draft', ...change(this.state.value.draft) });
      this.draftChanged();
      return;
    }
    const left = this.#left.get(sessionId);
    if (!left) return;
    const changed = change(left);
    this.#left.set(sessionId, changed);
    this.drafts.change(sessionId, changed);
    this.drafts.flush();
  }

  /** Everything that arrived since the last frame, in order, in one change of the state. */
  #applyArrived(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#arrived.length === 0) return;
    const messages = this.#arrived;
    this.#arrived = [];
    batch(() => {
      for (const message of messages) this.#apply({ type: 'host', message });
    });
    if (messages.some((message) => message.type === 'event' && message.event.type === 'session.changed')) {
      this.sessionsChanged();
    }
  }

  #apply(action: PanelAction): void {
    const before = this.state.value;
    const after = reduce(before, action);
    this.state.value = after;
    if (before.live && !after.live) {
      this.countSoon();
      // Another branch remembers other things.
      this.memoryChanged();
    }
    if (hasLeft(before, after)) void this.#loadForks();
    if (after.stale && !before.stale && !this.isOpening) void this.#showAnew();
  }

  /** The log went another way than what is loaded: the view is asked for once more. */
  async #showAnew(): Promise<void> {
    const { sessionId } = this;
    if (!sessionId) return;
    this.#isElsewhere = false;
    const view = await this.ask('openSession', { sessionId });
    if (this.sessionId !== sessionId) return;
    if (view) this.show(view);
    // The next entry that does not fit asks once more.
    else this.dispatch({ type: 'notShown' });
  }

  /** Words for a session without a title. */
  get title(): string {
    return this.state.value.session?.title || t('untitled');
  }
}

/** What was shown last is on another branch now. */
function hasLeft(before: PanelState, after: PanelState): boolean {
  const last = before.entries.at(-1);
  if (!last || before.entries === after.entries || before.session?.id !== after.session?.id) return false;
  return after.entries.findLast(({ id }) => id === last.id) === undefined;
}
