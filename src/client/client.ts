/** A small client of the bridge. It needs nothing but fetch, so it runs wherever scripts do. */
import type { z } from 'zod';
import type {
  ContextResult,
  GroundingResult,
  groundingBody,
  PromptResult,
  RecallResult,
  recallBody,
  startTurnBody,
  TurnResult,
} from '../protocol/bridge.ts';
import {
  contextResult,
  groundingResult,
  modelList,
  promptList,
  promptResult,
  recallResult,
  sessionCreated,
  sessionDetail,
  sessionList,
  stopResult,
  streamEnded,
  turnResult,
  usageResult,
} from '../protocol/bridge.ts';
import type { Entry } from '../protocol/entries.ts';
import type { PromptSummary } from '../protocol/prompts.ts';
import type { SessionSummary } from '../protocol/session.ts';
import { type SessionEvent, sessionEvent, type TurnEvent, turnEvent } from '../protocol/turnEvents.ts';
import { BridgeError, brokenOff } from './errors.ts';
import {
  askingAt,
  at,
  type ConnectOptions,
  eventsOf,
  initOf,
  parse,
  parseData,
  queryOf,
  type SentAgain,
} from './http.ts';
import { memoryOf, type SessionMemoryClient } from './memory.ts';
import { type ToolTurnEvent, type ToolTurnInput, toolTurn } from './toolTurn.ts';

export type ClientTurnInput = Omit<z.input<typeof startTurnBody>, 'stream'>;
export type SessionDetail = z.infer<typeof sessionDetail>;
export type SessionPage = z.infer<typeof sessionList>;
export type UsageRow = z.infer<typeof usageResult>['rows'][number];

export interface BridgeClient {
  readonly url: string;
  readonly sessions: {
    list(options?: { limit?: number; cursor?: string; trashed?: boolean }): Promise<SessionPage>;
    /** `shared` lets other programs use it too. */
    create(init?: { title?: string; shared?: boolean }): Promise<SessionSummary>;
    /** Lets other programs use a session of one's own, or no more. */
    share(sessionId: string, shared: boolean): Promise<SessionSummary>;
    get(sessionId: string, options?: { limit?: number; before?: string }): Promise<SessionDetail>;
    /** All entries of its branch, the newest first, asked for as the loop goes on. */
    entries(sessionId: string, options?: { pageSize?: number }): AsyncIterable<Entry>;
    /** What was sent in a turn, the newest one when none is named. */
    context(
      sessionId: string,
      options?: { turn?: string; texts?: boolean; request?: boolean },
    ): Promise<ContextResult>;
    /** Earlier entries that matter for a text, best first, with an excerpt each. */
    recall(sessionId: string, request: z.input<typeof recallBody>): Promise<RecallResult['entries']>;
    /**
     * What happens in a session from now on, or from after a place in its log. Aborting the signal ends it. Throws
     * `BridgeError` when this program may not read the session any more.
     */
    events(
      sessionId: string,
      options?: { after?: number; signal?: AbortSignal },
    ): AsyncIterable<SessionEvent>;
  };
  readonly memory: SessionMemoryClient;
  /**
   * Sends an input; the last event is the terminal one. Leaving the loop or aborting the signal stops the turn,
   * unless it is `detached`. With the same `idempotencyKey` a live turn is joined and one that is over told again. Throws
   * `BridgeError`, also when the connection broke off before the end.
   */
  turn(sessionId: string, input: ClientTurnInput, options?: SentAgain): AsyncIterable<TurnEvent>;
  /** The same, for whoever wants the answer alone. Throws `BridgeError` with the code of a turn that failed. */
  ask(sessionId: string, input: ClientTurnInput, options?: SentAgain): Promise<TurnResult>;
  /**
   * A turn with tools of the program's own, whose calls are answered by their `run` until the model is done. `session` is an
   * id, or `new`. Needs the scope `models` too. Throws `BridgeError`.
   */
  toolTurn(session: string, input: ToolTurnInput, options?: SentAgain): AsyncIterable<ToolTurnEvent>;
  readonly prompts: {
    list(): Promise<PromptSummary[]>;
    /** Fills the prompt (`name`, or `name@version`), asks it, and gives the answer. Throws `BridgeError`. */
    run(
      name: string,
      input?: Record<string, unknown>,
      options?: SentAgain & { sessionId?: string },
    ): Promise<PromptResult>;
  };
  /** Passages of the workspace's files, best first; secrets in them are masked. */
  grounding(request: z.input<typeof groundingBody>): Promise<GroundingResult['passages']>;
  /** Names of the models that can be asked now. */
  models(): Promise<string[]>;
  /** Sums by `client`, `model`, `session` and `day`; `from` and `to` are days such as `2026-11-01`, UTC, both included. */
  usage(query?: { by?: string; from?: string; to?: string }): Promise<UsageRow[]>;
  /** False when no turn was live there. */
  stop(sessionId: string): Promise<boolean>;
}

export function connect(options: ConnectOptions): BridgeClient {
  const asking = askingAt(options);
  const { base, ask, get, post } = asking;
  const sessionGet: BridgeClient['sessions']['get'] = (sessionId, page = {}) =>
    get(`${at(sessionId)}${queryOf(page)}`, sessionDetail);

  return {
    url: base,
    sessions: {
      list: (page = {}) => get(`/v1/sessions${queryOf(page)}`, sessionList),
      create: async (init = {}) => (await parse(await post('/v1/sessions', init), sessionCreated)).session,
      share: async (sessionId, shared) =>
        (await parse(await post(`${at(sessionId)}/share`, { shared }), sessionCreated)).session,
      get: sessionGet,
      async *entries(sessionId, { pageSize = 100 } = {}) {
        let before: string | undefined;
        do {
          const page = await sessionGet(sessionId, {
            limit: pageSize,
            ...(before === undefined ? {} : { before }),
          });
          yield* page.entries.toReversed();
          before = page.before;
        } while (before !== undefined);
      },
      context: (sessionId, what = {}) => get(`${at(sessionId)}/context${queryOf(what)}`, contextResult),
      recall: async (sessionId, request) =>
        (await parse(await post(`${at(sessionId)}/recall`, request), recallResult)).entries,
      async *events(sessionId, { after, signal } = {}) {
        const path = `${at(sessionId)}/events${queryOf({ after })}`;
        const answer = await ask(path, signal === undefined ? {} : { signal });
        for await (const event of eventsOf(answer, signal)) {
          const ended = streamEnded.safeParse(parseData(event)).data;
          if (ended) throw new BridgeError(ended.error.code, ended.error.message);
          const parsed = sessionEvent.safeParse(parseData(event));
          // A newer bridge may tell of things this client does not know yet.
          if (parsed.success) yield parsed.data;
        }
      },
    },
    memory: memoryOf(asking),
    async *turn(sessionId, input, again = {}) {
      const answer = await post(`${at(sessionId)}/turns`, { ...input, stream: true }, initOf(again));
      for await (const event of eventsOf(answer, again.signal)) {
        const parsed = turnEvent.safeParse(parseData(event));
        if (!parsed.success) continue;
        yield parsed.data;
        if (parsed.data.type === 'turn.ended' || parsed.data.type === 'turn.withdrawn') return;
      }
      throw brokenOff();
    },
    ask: async (sessionId, input, again = {}) =>
      parse(await post(`${at(sessionId)}/turns`, { ...input, stream: false }, initOf(again)), turnResult),
    toolTurn: (session, input, again) => toolTurn(asking, session, input, again),
    prompts: {
      list: async () => (await get('/v1/prompts', promptList)).prompts,
      run: async (name, input = {}, { sessionId, ...again } = {}) => {
        const body = { input, stream: false, ...(sessionId === undefined ? {} : { sessionId }) };
        const path = `/v1/prompts/${encodeURIComponent(name).replace('%40', '@')}`;
        return parse(await post(path, body, initOf(again)), promptResult);
      },
    },
    grounding: async (request) =>
      (await parse(await post('/v1/grounding', request), groundingResult)).passages,
    models: async () => (await get('/v1/models', modelList)).data.map(({ id }) => id),
    usage: async (query = {}) => (await get(`/v1/usage${queryOf(query)}`, usageResult)).rows,
    stop: async (sessionId) => (await parse(await post(`${at(sessionId)}/stop`, {}), stopResult)).stopped,
  };
}
