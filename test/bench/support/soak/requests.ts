/** What is asked of the bridge: relayed calls of several kinds, and turns of sessions. */
import type { Dispatcher, Pool } from 'undici';
import { pacedModel, requestBody } from '../relay/messages.ts';
import { sentence } from '../words.ts';

/** Upstream refuses what is sent to this model; its price is known, or the limit on money would. */
export const refusedModel = 'claude-haiku-4-5';

const json = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };

interface Kind {
  /** Of a hundred calls. */
  share: number;
  body: string;
  status: number;
  /** The client goes away when the first byte has come. */
  leaves?: boolean;
  token?: string;
}

/** Of a hundred calls: mostly whole answers, then streams, and what goes wrong as often as it does in use. */
const kinds: Record<string, Kind> = {
  whole: { share: 78, body: requestBody(200, false), status: 200 },
  large: { share: 2, body: requestBody(100_000, false), status: 200 },
  streams: { share: 15, body: requestBody(200, true), status: 200 },
  refused: { share: 2, body: requestBody(200, false, refusedModel), status: 400 },
  unknown: { share: 1, body: requestBody(200, false), status: 401, token: 'nobody' },
  left: { share: 2, body: requestBody(200, true, pacedModel), status: 200, leaves: true },
};
const hundred = Object.values(kinds).flatMap((kind) => Array.from({ length: kind.share }, () => kind));

/** What was asked, for the caption. */
export const mixture = Object.entries(kinds)
  .map(([name, { share }]) => `${share}% ${name}`)
  .join(', ');

async function ask(pool: Pool, options: Omit<Dispatcher.RequestOptions, 'method'>, expected: number) {
  const answer = await pool.request({ method: 'POST', ...options });
  if (answer.statusCode === expected) return answer;
  const text = (await answer.body.text()).slice(0, 300);
  throw new Error(`${options.path}: status ${answer.statusCode} in place of ${expected}: ${text}`);
}

/** The call with that number; the kinds come in turn, spread over the hundred. */
export async function relayed(pool: Pool, token: string, number: number): Promise<void> {
  // 37 has no factor in common with 100, so that each of the hundred comes once.
  const kind = hundred[(number * 37) % 100];
  if (!kind) throw new TypeError('The shares are a hundred.');
  const headers = { ...json, 'x-api-key': kind.token ?? token };
  const { body } = await ask(pool, { path: '/v1/messages', headers, body: kind.body }, kind.status);
  if (!kind.leaves) return body.dump();
  for await (const _ of body) break;
}

/** Sessions that go on for the whole run, through Causeway's own door. */
const longSessions = 4;
/** Turns after which a session of a program ends, on Anthropic's wire. */
const turnsOfShort = 10;

/** The turns of a run, into a few long sessions and into sessions that begin and end; one of each at a time. */
export class Turns {
  readonly #headers: Record<string, string>;
  readonly #long: string[] = [];
  #short: { id: string; turns: number } | undefined;
  sessions = 0;

  constructor(token: string) {
    this.#headers = { ...json, authorization: `Bearer ${token}` };
  }

  async inLong(pool: Pool, number: number): Promise<void> {
    const at = number % longSessions;
    const id = this.#long[at] ?? (await this.#begun(pool));
    this.#long[at] = id;
    const body = JSON.stringify({ text: `${sentence(60)}?`, grounding: 'off' });
    const options = { path: `/v1/sessions/${id}/turns`, headers: this.#headers, body };
    await (await ask(pool, options, 200)).body.dump();
  }

  async #begun(pool: Pool): Promise<string> {
    this.sessions++;
    const made = await ask(pool, { path: '/v1/sessions', headers: this.#headers, body: '{}' }, 201);
    return ((await made.body.json()) as { session: { id: string } }).session.id;
  }

  async inShort(pool: Pool): Promise<void> {
    const session = this.#short?.id ?? 'new';
    const headers = { ...this.#headers, 'x-causeway-session': session, 'x-causeway-context': 'recall' };
    const message = { role: 'user', content: `${sentence(60)}?` };
    const body = JSON.stringify({ model: 'claude-opus-5-5', max_tokens: 4000, messages: [message] });
    const answer = await ask(pool, { path: '/v1/messages', headers, body }, 200);
    await answer.body.dump();
    if (!this.#short) this.sessions++;
    const turns = (this.#short?.turns ?? 0) + 1;
    const id = String(answer.headers['x-causeway-session']);
    this.#short = turns < turnsOfShort ? { id, turns } : undefined;
  }
}
