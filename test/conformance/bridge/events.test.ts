import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { Agent, EventSource, MessageEvent } from 'undici';
import { connect } from '../../../src/client/client.ts';
import { leanEvent } from '../../../src/protocol/lean.ts';
import type { SessionEvent } from '../../../src/protocol/turnEvents.ts';
import { answer } from '../../support/anthropic/script.ts';
import { bearer, call, startTestBridge, type TestBridge } from './support.ts';
import { strictEvents } from './whatwgEvents.ts';

const names = ['entry.appended', 'turn.started', 'turn.text', 'turn.usage', 'turn.ended'] as const;

describe('bridge: streams of events as others read them', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const newSession = async (): Promise<string> =>
    (await call(test, 'POST', '/v1/sessions', {})).body.session.id;
  const ask = (id: string, text: string) => call(test, 'POST', `/v1/sessions/${id}/turns`, { text });
  const client = () => connect({ url: test.url, token: test.token });

  /** The events of a session until its next turn has ended, as one listener of the product's own client hears them. */
  async function heardUntilEnd(events: AsyncIterable<SessionEvent>): Promise<SessionEvent[]> {
    const heard: SessionEvent[] = [];
    for await (const event of events) {
      heard.push(event);
      if (event.type === 'turn.ended') break;
    }
    return heard;
  }

  /** The bytes of a stream that is open, until they hold a text. */
  async function bytesUntil(path: string, text: string, opened: () => void): Promise<Buffer> {
    const asked = request(`${test.url}${path}`, { headers: bearer(test.token) }).end();
    const [stream] = await once(asked, 'response');
    opened();
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      if (bytes.includes(text) && bytes.subarray(-2).equals(Buffer.from('\n\n'))) return bytes;
    }
    throw new Error('The stream ended.');
  }

  it('two clients and the panel that follow one session hear the same events in the same order', async () => {
    const id = await newSession();
    const panel: SessionEvent[] = [];
    const subscription = test.core.engine.onEvent((event) => {
      if (event.sessionId === id) panel.push(leanEvent(event));
    });
    test.core.fake.enqueue(answer('One “two” three — ünï 🎉.'));
    let open = 0;
    const listening = [1, 2].map(() => {
      const stream = bytesUntil(`/v1/sessions/${id}/events`, 'event: turn.ended', () => {
        if (++open === 2) void ask(id, 'Count.');
      });
      return stream.then((bytes) => {
        const events = strictEvents(bytes).map((event) => JSON.parse(event.data));
        return events.slice(0, events.findIndex((event) => event.type === 'turn.ended') + 1);
      });
    });
    const [one, two] = await Promise.all(listening);
    subscription.dispose();
    assert.deepEqual(one, two);
    assert.deepEqual(one, JSON.parse(JSON.stringify(panel.slice(0, one?.length))));
    assert.equal(one?.at(-1).type, 'turn.ended');
  });

  it('a strict reader finds names equal to types, ids that are places in the log, and JSON in one line', async () => {
    const id = await newSession();
    const text = 'Line one.\n\nLine two.\r\nevent: fake\ndata: {}\n\nend';
    test.core.fake.enqueue(answer(text));
    assert.equal((await ask(id, 'Several\nlines.')).status, 200);
    const bytes = await bytesUntil(
      `/v1/sessions/${id}/events?after=0`,
      '"kind":"assistant"',
      () => undefined,
    );
    const events = strictEvents(bytes);
    const entries = events.map((event) => JSON.parse(event.data).entry);
    assert.deepEqual(
      events.map((event) => [event.type, event.lastEventId]),
      entries.map((entry) => ['entry.appended', String(entry.seq)]),
    );
    assert.equal(entries.at(-1).content[0].text, text);
  });

  it('an EventSource as browsers have it reads the same as our own client', async () => {
    const id = await newSession();
    const agent = new Agent();
    const dispatcher = agent.compose(
      (dispatch) => (options, handler) =>
        dispatch({ ...options, headers: withToken(options.headers, test.token) }, handler),
    );
    const source = new EventSource(`${test.url}/v1/sessions/${id}/events`, { node: { dispatcher } });
    const heard: { type: string; data: string; lastEventId: string }[] = [];
    const ended = new Promise<void>((resolve) => {
      for (const name of names) {
        source.addEventListener(name, (event) => {
          assert.ok(event instanceof MessageEvent);
          heard.push({ type: event.type, data: event.data, lastEventId: event.lastEventId });
          if (name === 'turn.ended') resolve();
        });
      }
    });
    await new Promise<void>((resolve, reject) => {
      source.addEventListener('open', () => resolve());
      source.addEventListener('error', () => reject(new Error('The stream was refused.')));
    });
    const own = heardUntilEnd(client().sessions.events(id, { after: 0 }));
    test.core.fake.enqueue(answer('One two three.'));
    await ask(id, 'Count.');
    await ended;
    const events = heard.map((event) => JSON.parse(event.data));
    assert.deepEqual(
      events.map((event) => event.type),
      heard.map((event) => event.type),
    );
    assert.deepEqual(
      events.filter((event) => event.type !== 'session.changed'),
      (await own).filter((event) => names.some((name) => name === event.type)),
    );
    source.close();
    await agent.destroy();
  });

  it('a listener that comes back to a log far larger than what may be unread is told all of it', async () => {
    const limits = { pingMs: 15_000, maxUnreadBytes: 64 * 1024 };
    const small = await startTestBridge({ bridge: { streams: limits } });
    try {
      const { id } = await connect({ url: small.url, token: small.token }).sessions.create();
      const text = 'word '.repeat(4000);
      for (let n = 0; n < 80; n++) {
        const mark = { id: crypto.randomUUID(), at: Date.now(), door: 'panel' as const };
        const directive = { directiveId: crypto.randomUUID(), state: 'candidate' as const, text };
        await small.core.store.append(id, [{ ...mark, kind: 'directive', ...directive }]);
      }
      const places: number[] = [];
      for await (const event of connect({ url: small.url, token: small.token }).sessions.events(id, {
        after: 0,
      })) {
        if (event.type === 'entry.appended') places.push(event.entry.seq);
        if (places.length === 80) break;
      }
      assert.deepEqual(
        places,
        Array.from({ length: 80 }, (_, index) => index + 1),
      );
    } finally {
      await small.close();
    }
  });

  it('a place that is none is refused with its name', async () => {
    const id = await newSession();
    const answered = await fetch(`${test.url}/v1/sessions/${id}/events`, {
      headers: { ...bearer(test.token), 'last-event-id': 'x' },
    });
    assert.equal(answered.status, 400);
    assert.equal(JSON.parse(await answered.text()).error.field, 'Last-Event-ID');
    const query = await call(test, 'GET', `/v1/sessions/${id}/events?after=-1`);
    assert.deepEqual([query.status, query.body.error.field], [400, 'after']);
  });
});

/** An EventSource takes no headers, so its requests get the token on their way. */
function withToken(headers: unknown, token: string): Record<string, string> {
  const given = Array.isArray(headers)
    ? headers.flatMap((name, index) => (index % 2 === 0 ? [[String(name), String(headers[index + 1])]] : []))
    : Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]);
  return { ...Object.fromEntries(given), ...bearer(token) };
}
