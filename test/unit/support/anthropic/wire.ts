/** Raw requests to the fake, and its streams read to the letter. */
import assert from 'node:assert/strict';
import type { FakeAnthropic } from '../../../support/anthropic/server.ts';

export interface WireEvent {
  type: string;
  error?: unknown;
  [field: string]: unknown;
}

export const model = 'claude-sonnet-5-5';

export const ask = (text = 'Why?', rest: object = {}) => ({
  model,
  max_tokens: 1_000,
  messages: [{ role: 'user', content: text }],
  ...rest,
});

export function headersFor(fake: FakeAnthropic, version = '2026-10-21'): Record<string, string> {
  return { 'x-api-key': fake.key, 'anthropic-version': version, 'content-type': 'application/json' };
}

export const post = (
  fake: FakeAnthropic,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/v1/messages',
): Promise<Response> =>
  fetch(fake.url + path, {
    method: 'POST',
    headers: { ...headersFor(fake), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** The events of a stream. Fails when a byte is not as the API writes them, or a name is not its data's type. */
export function readEvents(stream: string): WireEvent[] {
  assert.ok(stream.endsWith('\n\n'), 'the last event is ended by a blank line');
  return stream
    .slice(0, -2)
    .split('\n\n')
    .map((text) => {
      const [, name, data] = /^event: (\S+)\ndata: (\{.*\})$/.exec(text) ?? assert.fail(text);
      const event = JSON.parse(data ?? '') as WireEvent;
      assert.equal(event.type, name);
      return event;
    });
}

/** Fails when the events come in an order in which the API never sends them. `whole` when the answer came to its end. */
export function checkOrder(events: readonly WireEvent[], whole = true): void {
  const types = events.map(({ type }) => type).filter((type) => type !== 'ping');
  const line = types.map((type) => letters[type] ?? assert.fail(type)).join('');
  assert.match(line, whole ? /^S(?:bd*e)*DX$/ : /^S(?:bd*e)*(?:bd*)?!?$/);
  const indexes = events.filter(({ type }) => type === 'content_block_start').map(({ index }) => index);
  assert.deepEqual(indexes, [...indexes.keys()]);
}

const letters: Record<string, string> = {
  message_start: 'S',
  content_block_start: 'b',
  content_block_delta: 'd',
  content_block_stop: 'e',
  message_delta: 'D',
  message_stop: 'X',
  error: '!',
};

/** Fails unless the answer has the status, and when it is an error, its type and words. */
export async function expectAnswer(
  response: Response,
  status: number,
  type: string,
  says = /./,
): Promise<void> {
  const body = (await response.json()) as { type: string; error?: { type: string; message: string } };
  assert.equal(response.status, status, JSON.stringify(body));
  if (status === 200) return;
  assert.equal(body.type, 'error');
  assert.equal(body.error?.type, type);
  assert.match(body.error?.message ?? '', says);
}
