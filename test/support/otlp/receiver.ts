/**
 * A receiver of OTLP over HTTP as a collector is one: it takes what the specification allows and answers 400 to the
 * rest, and can be told to be busy, slow or gone.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { z } from 'zod';

const hexId = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${digits}}$`))
    .refine((id) => !/^0+$/.test(id));
const uint64 = z.string().regex(/^\d{1,20}$/);
const int64 = z.string().regex(/^-?\d{1,19}$/);
const anyValue = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ boolValue: z.boolean() }),
  z.strictObject({ intValue: int64 }),
  z.strictObject({ doubleValue: z.number() }),
]);
const attributes = z
  .array(z.strictObject({ key: z.string().min(1), value: anyValue }))
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, 'one value for each key');
const span = z
  .strictObject({
    traceId: hexId(32),
    spanId: hexId(16),
    name: z.string().min(1),
    kind: z.number().int().min(1).max(5),
    startTimeUnixNano: uint64,
    endTimeUnixNano: uint64,
    attributes,
    status: z.strictObject({ code: z.number().int().min(0).max(2), message: z.string().optional() }),
  })
  .refine((one) => BigInt(one.endTimeUnixNano) >= BigInt(one.startTimeUnixNano));
const request = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string() }),
          spans: z.array(span),
        }),
      ),
    }),
  ),
});

export interface ReceivedSpan extends Omit<z.output<typeof span>, 'attributes'> {
  attributes: Record<string, unknown>;
}

type Reply = (response: ServerResponse) => void;

export interface Receiver {
  url: string;
  spans: ReceivedSpan[];
  resource: Record<string, unknown>;
  headers: Record<string, unknown>[];
  /** Why requests were refused with 400. */
  problems: string[];
  /** Requests, whatever became of them. */
  requests: number;
  /** Replies to the next requests instead of taking them. */
  next: Reply[];
  /** Resolves when this holds, looked at with each request. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const waiting = new Set<() => void>();
  const receiver: Receiver = {
    url: '',
    spans: [],
    resource: {},
    headers: [],
    problems: [],
    requests: 0,
    next: [],
    async until(holds) {
      while (!holds()) await new Promise<void>((look) => waiting.add(look));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    receiver.requests++;
    const reply = receiver.next.shift();
    if (reply) reply(response);
    else take(incoming.method, incoming.url, incoming.headers, body, response);
    for (const look of waiting) look();
    waiting.clear();
  });
  const take = (
    method: string | undefined,
    path: string | undefined,
    headers: Record<string, unknown>,
    body: string,
    response: ServerResponse,
  ) => {
    const refuse = (problem: string) => {
      receiver.problems.push(problem);
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"code":3}');
    };
    if (method !== 'POST' || path !== '/v1/traces') return refuse(`${method} ${path}`);
    if (headers['content-type'] !== 'application/json') return refuse(String(headers['content-type']));
    const parsed = request.safeParse(JSON.parse(body));
    if (!parsed.success) return refuse(parsed.error.message);
    receiver.headers.push(headers);
    for (const { resource, scopeSpans } of parsed.data.resourceSpans) {
      receiver.resource = plain(resource.attributes);
      for (const { spans } of scopeSpans)
        receiver.spans.push(...spans.map((one) => ({ ...one, attributes: plain(one.attributes) })));
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  receiver.url = `http://127.0.0.1:${address.port}`;
  return receiver;
}

const plain = (all: z.output<typeof attributes>): Record<string, unknown> =>
  Object.fromEntries(all.map(({ key, value }) => [key, Object.values(value)[0]]));
