/**
 * A faithful fake of Anthropic's API over HTTP. It validates as strictly as the API, counts with a tokenizer of
 * its own, accounts for the prompt cache by real prefixes, and answers what a test has scripted.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api } from './api.ts';
import { control } from './control.ts';
import type { Gate } from './gate.ts';
import { type RecordedRequest, readBody, record, sendFailure } from './http.ts';
import type { FakeModel } from './models.ts';
import type { Limits } from './rateLimits.ts';
import type { Behaviour } from './script.ts';
import type { MessagesBody } from './validate.ts';

export type { RecordedRequest };

export interface FakeAnthropic {
  readonly url: string;
  readonly port: number;
  readonly key: string;
  /** Every request that came, oldest first, those that were refused too. */
  readonly requests: RecordedRequest[];
  /** May be changed: a window, a limit, a lifecycle, the hidden factor. */
  readonly models: FakeModel[];
  readonly gate: Gate;
  /** Milliseconds since the epoch, as the fake's cache and its rate limits see them. */
  readonly clock: { now: number };
  /** Per minute of the clock; generous until a test sets them. */
  readonly limits: Limits;
  /** Answers the next requests to `/v1/messages`, one behaviour each. */
  enqueue(...behaviours: Behaviour[]): void;
  /** Answers every request that has no enqueued behaviour. */
  always(behaviour: ((body: MessagesBody) => Behaviour) | undefined): void;
  /** Resolves when that many requests to `/v1/messages` have come. */
  received(count: number): Promise<RecordedRequest>;
  close(): Promise<void>;
}

export async function startFakeAnthropic(
  options: { port?: number; key?: string } = {},
): Promise<FakeAnthropic> {
  const api = new Api(options.key ?? 'sk-ant-api03-fake-key-for-tests');
  const requests: RecordedRequest[] = [];
  const messages: RecordedRequest[] = [];
  const arrivals: { count: number; resolve: (request: RecordedRequest) => void }[] = [];
  let serial = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith('/__control/')) return answerControl(request, response, url.pathname);
    const requestId = `req_${String(++serial).padStart(24, '0')}`;
    const recorded = record(request, response, url);
    response.setHeader('request-id', requestId);
    response.setHeader('anthropic-organization-id', '00000000-0000-4000-8000-000000000001');
    requests.push(recorded);
    try {
      await api.handle(request, response, recorded, requestId, () => announce(recorded));
    } catch (error) {
      // A client that went away while it was answered is told nothing more.
      if (!response.destroyed && !response.headersSent) sendFailure(response, recorded, requestId, error);
      else response.destroy();
    }
  }

  function announce(recorded: RecordedRequest): void {
    messages.push(recorded);
    for (const waiting of arrivals.splice(0)) {
      const arrived = messages[waiting.count - 1];
      if (arrived) waiting.resolve(arrived);
      else arrivals.push(waiting);
    }
  }

  async function answerControl(request: IncomingMessage, response: ServerResponse, path: string) {
    const answered = (status: number, value: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    try {
      const value = await control(fake, path, await readBody(request));
      answered(value === undefined ? 404 : 200, value ?? {});
    } catch (error) {
      answered(400, { error: String(error) });
    }
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeAnthropic = {
    url: `http://127.0.0.1:${port}`,
    port,
    key: api.key,
    requests,
    models: api.models,
    gate: api.gate,
    clock: api.clock,
    limits: api.rates.limits,
    enqueue: (...behaviours) => void api.queue.push(...behaviours),
    always: (behaviour) => {
      api.fallback = behaviour;
    },
    received: (count) => {
      const arrived = messages[count - 1];
      return arrived ? Promise.resolve(arrived) : new Promise((resolve) => arrivals.push({ count, resolve }));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
