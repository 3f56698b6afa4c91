/** One bridge over fetch: its address, its token, and what comes back read by its schema. */
import type { z } from 'zod';
import { errorBody, workspaceHeader } from '../protocol/bridge.ts';
import { BridgeError, brokenAnswer, brokenOff, unreachable, wireErrorOf } from './errors.ts';
import { readEvents, type ServerEvent } from './eventParser.ts';

export interface ConnectOptions {
  /** Such as `http://127.0.0.1:61900`. */
  url: string;
  token: string;
  /** Id of a workspace or path of one of its folders; of whoever answers at the URL when absent. */
  workspace?: string;
}

/** For a call that may be sent again: the same key and input are one turn, whose answer is told again. */
export interface SentAgain {
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** What the parts of the client ask with. All throw `BridgeError`. */
export interface Asking {
  readonly base: string;
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  post(path: string, body: unknown, init?: RequestInit): Promise<Response>;
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export function askingAt({ url, token, workspace }: ConnectOptions): Asking {
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
  return {
    base,
    ask,
    get: async (path, schema) => parse(await ask(path), schema),
    post: (path, body, init = {}) =>
      ask(path, {
        ...init,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...init.headers },
        body: JSON.stringify(body),
      }),
  };
}

export const initOf = ({ idempotencyKey, signal }: SentAgain): RequestInit => ({
  ...(signal === undefined ? {} : { signal }),
  ...(idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } }),
});

/** Path of a session. */
export const at = (sessionId: string): string => `/v1/sessions/${encodeURIComponent(sessionId)}`;

/** Throws `BridgeError` when the connection breaks off. */
export async function* eventsOf(
  answer: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerEvent> {
  if (!answer.body) throw brokenAnswer(answer.status);
  try {
    yield* readEvents(answer.body);
  } catch (error) {
    if (signal?.aborted || error instanceof BridgeError) throw error;
    throw brokenOff(error);
  }
}

export async function parse<T>(answer: Response, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await answer.json().catch(() => undefined));
  if (!parsed.success) throw brokenAnswer(answer.status);
  return parsed.data;
}

export function parseData({ data }: ServerEvent): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    if (error instanceof SyntaxError) throw brokenOff(error);
    throw error;
  }
}

export async function refusal(answer: Response): Promise<BridgeError> {
  const body: unknown = await answer.json().catch(() => undefined);
  const parsed = errorBody.safeParse(body);
  if (!parsed.success) return wireErrorOf(body, answer.status) ?? brokenAnswer(answer.status);
  const { code, message, retryAfterMs } = parsed.data.error;
  return new BridgeError(code, message, { status: answer.status, retryAfterMs });
}

export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query}`;
}
