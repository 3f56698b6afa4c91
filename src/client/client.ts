/** A small client of the bridge. It needs nothing but fetch, so it runs wherever scripts do. */
import type { z } from 'zod';
import type {
  ContextResult,
  PromptResult,
  RecallResult,
  recallBody,
  startTurnBody,
} from '../protocol/bridge.ts';
import {
  contextResult,
  errorBody,
  health,
  promptList,
  promptResult,
  proofText,
  recallResult,
  sessionCreated,
  sessionDetail,
  sessionList,
  stopResult,
  streamEnded,
  workspaceHeader,
} from '../protocol/bridge.ts';
import type { PromptSummary } from '../protocol/prompts.ts';
import type { SessionSummary } from '../protocol/session.ts';
import { type SessionEvent, sessionEvent, type TurnEvent, turnEvent } from '../protocol/turnEvents.ts';
import { BridgeError, brokenAnswer, brokenOff, notABridge, unreachable } from './errors.ts';
import { readEvents, type ServerEvent } from './eventParser.ts';

export interface ConnectOptions {
  /** Such as `http://127.0.0.1:61900`. */
  url: string;
  token: string;
  /** Id of a workspace or path of one of its folders; of whoever answers at the URL when absent. */
  workspace?: string;
}

/** For a call that may be sent again: the same key and input are one turn, whose answer is told again. */
interface SentAgain {
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export type ClientTurnInput = Omit<z.input<typeof startTurnBody>, 'stream'>;
export type SessionDetail = z.infer<typeof sessionDetail>;
export type SessionPage = z.infer<typeof sessionList>;

export interface BridgeClient {
  readonly url: string;
  readonly sessions: {
    list(options?: { limit?: number; cursor?: string; trashed?: boolean }): Promise<SessionPage>;
    /** `shared` lets other programs use it too. */
    create(init?: { title?: string; shared?: boolean }): Promise<SessionSummary>;
    /** Lets other programs use a session of one's own, or no more. */
    share(sessionId: string, shared: boolean): Promise<SessionSummary>;
    get(sessionId: string, options?: { limit?: number; before?: string }): Promise<SessionDetail>;
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
  /**
   * Sends an input; the last event is the terminal one. Leaving the loop or aborting the signal stops the turn,
   * unless it is `detached`. Throws `BridgeError`, also when the connection broke off before the end.
   */
  turn(sessionId: string, input: ClientTurnInput, options?: SentAgain): AsyncIterable<TurnEvent>;
  readonly prompts: {
    list(): Promise<PromptSummary[]>;
    /** Fills the prompt (`name`, or `name@version`), asks it, and gives the answer. Throws `BridgeError`. */
    run(
      name: string,
      input?: Record<string, unknown>,
      options?: SentAgain & { sessionId?: string },
    ): Promise<PromptResult>;
  };
  /** False when no turn was live there. */
  stop(sessionId: string): Promise<boolean>;
}

export function connect({ url, token, workspace }: ConnectOptions): BridgeClient {
  const base = url.replace(/\/+$/, '');
  const place = workspace === undefined ? {} : { [workspaceHeader]: encodeURI(workspace) };

  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { ...place, authorization: `Bearer ${token}`, ...init.headers };
    // A token goes to the bridge alone, wherever its answer might point.
    const answer = await fetch(`${base}${path}`, { ...init, headers, redirect: 'error' }).catch(
      (error: unknown) => {
        if (init.signal?.aborted) throw error;
        throw unreachable(base, error);
      },
    );
    if (!answer.ok) throw await refusal(answer);
    return answer;
  };
  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => parse(await ask(path), schema);
  const post = (path: string, body: unknown, init: RequestInit = {}) =>
    ask(path, {
      ...init,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...init.headers },
      body: JSON.stringify(body),
    });
  const initOf = ({ idempotencyKey, signal }: SentAgain): RequestInit => ({
    ...(signal === undefined ? {} : { signal }),
    ...(idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } }),
  });
  const at = (sessionId: string) => `/v1/sessions/${encodeURIComponent(sessionId)}`;

  return {
    url: base,
    sessions: {
      list: (options = {}) => get(`/v1/sessions${queryOf(options)}`, sessionList),
      create: async (init = {}) => (await parse(await post('/v1/sessions', init), sessionCreated)).session,
      share: async (sessionId, shared) =>
        (await parse(await post(`${at(sessionId)}/share`, { shared }), sessionCreated)).session,
      get: (sessionId, options = {}) => get(`${at(sessionId)}${queryOf(options)}`, sessionDetail),
      context: (sessionId, options = {}) => get(`${at(sessionId)}/context${queryOf(options)}`, contextResult),
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
    async *turn(sessionId, input, options = {}) {
      const answer = await post(`${at(sessionId)}/turns`, { ...input, stream: true }, initOf(options));
      for await (const event of eventsOf(answer, options.signal)) {
        const parsed = turnEvent.safeParse(parseData(event));
        if (!parsed.success) continue;
        yield parsed.data;
        if (parsed.data.type === 'turn.ended' || parsed.data.type === 'turn.withdrawn') return;
      }
      throw brokenOff();
    },
    prompts: {
      list: async () => (await get('/v1/prompts', promptList)).prompts,
      run: async (name, input = {}, { sessionId, ...options } = {}) => {
        const body = { input, stream: false, ...(sessionId === undefined ? {} : { sessionId }) };
        const init = initOf(options);
        return parse(
          await post(`/v1/prompts/${encodeURIComponent(name).replace('%40', '@')}`, body, init),
          promptResult,
        );
      },
    },
    stop: async (sessionId) => (await parse(await post(`${at(sessionId)}/stop`, {}), stopResult)).stopped,
  };
}

/**
 * Makes sure that the bridge with this start token answers at the URL, before any token is sent there.
 * Throws `bridge_unreachable` when nobody answers and `not_a_bridge` when somebody else does.
 */
export async function verifyBridge(url: string, ownerToken: string): Promise<void> {
  const encoder = new TextEncoder();
  const nonce = crypto.randomUUID();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(ownerToken), algorithm, false, ['verify']);
  const signal = AbortSignal.timeout(2000);
  const answer = await fetch(`${url}/health?nonce=${nonce}`, { signal, redirect: 'error' }).catch(
    (error: unknown) => {
      throw isRefused(error) ? unreachable(url, error) : notABridge(url);
    },
  );
  const parsed = health.safeParse(await answer.json().catch(() => undefined));
  const proof = bytesOfHex(parsed.success ? parsed.data.proof : undefined);
  const text = encoder.encode(proofText(nonce, Number(new URL(url).port)));
  if (!proof || !(await crypto.subtle.verify(algorithm, key, proof, text))) throw notABridge(url);
}

const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED';

function bytesOfHex(hex: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  if (hex === undefined || !/^(?:[0-9a-f]{2})+$/.test(hex)) return undefined;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

async function* eventsOf(answer: Response, signal: AbortSignal | undefined): AsyncGenerator<ServerEvent> {
  if (!answer.body) throw brokenAnswer(answer.status);
  try {
    yield* readEvents(answer.body);
  } catch (error) {
    if (signal?.aborted || error instanceof BridgeError) throw error;
    throw brokenOff(error);
  }
}

async function parse<T>(answer: Response, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await answer.json().catch(() => undefined));
  if (!parsed.success) throw brokenAnswer(answer.status);
  return parsed.data;
}

function parseData({ data }: ServerEvent): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    if (error instanceof SyntaxError) throw brokenOff(error);
    throw error;
  }
}

export async function refusal(answer: Response): Promise<BridgeError> {
  const parsed = errorBody.safeParse(await answer.json().catch(() => undefined));
  if (!parsed.success) return brokenAnswer(answer.status);
  const { code, message, retryAfterMs } = parsed.data.error;
  return new BridgeError(code, message, { status: answer.status, retryAfterMs });
}

function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query}`;
}
