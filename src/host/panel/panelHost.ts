/** The host's end of the wire to one page: parses what comes in, answers each request, tells events in order. */
import type * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { Event } from '../../base/emitter.ts';
import type { Assistant } from '../../core/assistant.ts';
import { CausewayError, invalidInput, toErrorInfo } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { Entry } from '../../protocol/entries.ts';
import { leanEvent } from '../../protocol/lean.ts';
import {
  type HostMessage,
  type HostToPanel,
  type PanelMethod,
  type PanelParams,
  type PanelResult,
  panelRequests,
  panelToHost,
  type SessionView,
} from '../../protocol/panel.ts';
import type { SessionEvent } from '../../protocol/turnEvents.ts';
import { liveOf, viewOf } from './sessionViews.ts';

/** Requests that show a session: `reply` is called once, in the moment from which on its events are to be told. */
type ViewMethod = 'ready' | 'openSession' | 'newSession' | 'fork';
type AnswerMethod = Exclude<PanelMethod, ViewMethod>;
type ViewHandlers = {
  [M in ViewMethod]: (params: PanelParams<M>, reply: (result: PanelResult<M>) => void) => Promise<void>;
};
type AnswerHandlers = {
  [M in AnswerMethod]: (params: PanelParams<M>, assistant: Assistant) => Promise<PanelResult<M>>;
};
export interface PanelHandlers {
  views: ViewHandlers;
  answers: AnswerHandlers;
}

/** Where the sessions come from, and what happens in them; another core may be behind it after a while. */
export interface SessionSource {
  get(): Promise<{ readonly assistant: Assistant }>;
  readonly onEvent: Event<SessionEvent>;
}

/** What a view already tells when it is taken: events of these kinds before it need not be told again. */
const inView = new Set<SessionEvent['type']>([
  'turn.started',
  'turn.text',
  'turn.thinking',
  'turn.citation',
  'turn.tool_call',
  'turn.tool_result',
  'turn.usage',
  'turn.retrying',
  'turn.progress',
]);

export class PanelHost implements vscode.Disposable {
  readonly #webview: Pick<vscode.Webview, 'postMessage'>;
  readonly #core: SessionSource;
  readonly #log: Log;
  readonly #handlers: PanelHandlers;
  readonly #lifetime = new DisposableStore();
  #shown: string | undefined;
  #opening: { sessionId: string; held: SessionEvent[] } | undefined;
  /** Openings follow each other, so that the session asked for last is the one that is shown. */
  #opens: Promise<void> = Promise.resolve();
  #page = new Page();

  constructor(parts: {
    webview: Pick<vscode.Webview, 'postMessage'>;
    core: SessionSource;
    log: Log;
    handlers: (host: PanelHost) => PanelHandlers;
  }) {
    this.#webview = parts.webview;
    this.#core = parts.core;
    this.#log = parts.log;
    this.#handlers = parts.handlers(this);
    this.#lifetime.add(parts.core.onEvent((event) => this.#hear(event)));
  }

  /** The session the page shows. */
  get shown(): string | undefined {
    return this.#shown;
  }

  /** Resolves once the page has shown a session, or is as ready as it gets. */
  get ready(): Promise<void> {
    return this.#page.ready;
  }

  /** The page was hidden, which ends it: it asks for everything anew when it is shown again, and gets nothing until then. */
  hidden(): void {
    const ended = this.#page;
    const next = new Page();
    this.#page = next;
    // Whoever waited for a page that was hidden before it was ready waits for the next one.
    if (!ended.isReady) next.ready.then(ended.resolve);
  }

  dispose(): void {
    this.#lifetime.dispose();
    this.#page.resolve();
  }

  push(message: HostMessage): void {
    this.#post(message);
  }

  /** Opens a session in the page, unasked. */
  async show(sessionId: string): Promise<void> {
    await this.open(sessionId, (view) => this.push({ type: 'view', view }));
  }

  /**
   * Takes the view of a session and tells its events from that moment on. `deliver` is called once, synchronously with
   * the switch, so that nothing is told twice and nothing is left out. Where the session has to be found or made ready
   * first, that waits for its turn too. Returns its id. Throws `not_found`, and what `which` throws.
   */
  open(which: string | (() => Promise<string>), deliver: (view: SessionView) => void): Promise<string> {
    const opened = this.#opens.then(async () => {
      const sessionId = typeof which === 'string' ? which : await which();
      await this.#open(sessionId, deliver);
      return sessionId;
    });
    // Whoever asked hears of a failure; the next one is opened all the same.
    this.#opens = opened.then(
      () => undefined,
      () => undefined,
    );
    return opened;
  }

  async #open(sessionId: string, deliver: (view: SessionView) => void): Promise<void> {
    const opening = { sessionId, held: [] as SessionEvent[] };
    this.#opening = opening;
    try {
      const { assistant } = await this.#core.get();
      const { view, elsewhere } = await viewOf(assistant, sessionId);
      const live = liveOf(assistant, sessionId, elsewhere);
      this.#shown = sessionId;
      deliver({ ...view, ...(live === undefined ? {} : { live }) });
      for (const event of opening.held) {
        if (!inView.has(event.type)) this.#post({ type: 'event', event: leanEvent(event) });
      }
    } finally {
      this.#opening = undefined;
    }
  }

  /** Takes a message of the page. What is not one of the contract is refused, and said in the log. */
  receive(raw: unknown): void {
    const message = panelToHost.safeParse(raw);
    if (!message.success) {
      this.#log.warn('The panel sent something that is no request.');
      return;
    }
    const { id, method, params } = message.data;
    const page = this.#page;
    if (method === 'ready') page.isLoaded = true;
    if (!isMethod(method)) {
      this.#reject(id, invalidInput('method', method.slice(0, 50), Object.keys(panelRequests).join(', ')));
      return;
    }
    this.#answer(id, method, params)
      .catch((error: unknown) => this.#reject(id, error))
      .finally(() => {
        // A page that could not be given a session is as ready as it gets: nobody is to wait for more.
        if (method === 'ready' && page === this.#page) page.resolve();
      });
  }

  async #answer<M extends PanelMethod>(id: number, method: M, params: unknown): Promise<void> {
    const parsed = panelRequests[method].params.safeParse(params);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const field = issue?.path.map(String).join('.') || 'params';
      throw invalidInput(field, 'a value that does not fit', issue?.message ?? `parameters of ${method}`);
    }
    // The schema of this method has parsed them; the union over all methods cannot say so.
    await this.#call(method, parsed.data as PanelParams<M>, (result) =>
      this.#post({ type: 'resolved', id, result: result ?? null }),
    );
  }

  async #call<M extends PanelMethod>(
    method: M,
    params: PanelParams<M>,
    reply: (result: unknown) => void,
  ): Promise<void> {
    const { views, answers } = this.#handlers;
    const view: unknown = Reflect.get(views, method);
    if (typeof view === 'function') return Reflect.apply(view, undefined, [params, reply]);
    const { assistant } = await this.#core.get();
    reply(await Reflect.apply(answers[method as AnswerMethod], undefined, [params, assistant]));
  }

  #reject(id: number, error: unknown): void {
    if (!(error instanceof CausewayError)) this.#log.error('A request of the panel failed.', error);
    this.#post({ type: 'rejected', id, error: toErrorInfo(error) });
  }

  #hear(event: SessionEvent): void {
    if (event.type === 'session.changed' || event.type === 'session.purged') {
      this.push({ type: 'sessionsChanged' });
    }
    if (this.#opening?.sessionId === event.sessionId) this.#opening.held.push(event);
    else if (event.sessionId === this.#shown) {
      this.#post({ type: 'event', event: leanEvent(event) });
      if (event.type === 'entry.appended' && isRemembered(event.entry)) {
        this.push({ type: 'memoryChanged', sessionId: event.sessionId });
      }
    }
  }

  #post(message: HostToPanel): void {
    // A page that is not there takes nothing; it asks for all when it is shown.
    if (this.#lifetime.isDisposed || !this.#page.isLoaded) return;
    this.#webview.postMessage(message).then(undefined, (error: unknown) => {
      this.#log.error('A message did not reach the panel.', error);
    });
  }
}

/** One drawing of the page, from its first request to its end. */
class Page {
  isLoaded = false;
  isReady = false;
  resolve: () => void = () => undefined;
  readonly ready = new Promise<void>((resolve) => {
    this.resolve = () => {
      this.isReady = true;
      resolve();
    };
  });
}

/** Of these the page asks how they stand together; a page that opens a session asks for that anyway. */
const isRemembered = ({ kind }: Entry): boolean =>
  kind === 'frame' || kind === 'directive' || kind === 'task' || kind === 'profile';

const isMethod = (method: string): method is PanelMethod => Object.hasOwn(panelRequests, method);
