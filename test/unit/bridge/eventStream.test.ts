import assert from 'node:assert/strict';
import { EventStream } from '../../../src/bridge/eventStream.ts';
import { eventText } from '../../../src/bridge/eventText.ts';
import { maxEventBytes } from '../../../src/protocol/bridge.ts';
import { type SessionEvent, sessionEvent } from '../../../src/protocol/turnEvents.ts';

async function read(stream: EventStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

describe('A stream of events', () => {
  it('delivers what was sent before its end, in order, then ends', async () => {
    const stream = new EventStream({ pingMs: 10_000, maxUnreadBytes: 1000 });
    stream.send('one', '{"n":1}');
    const reading = read(stream);
    stream.send('two', '{"n":2}', '7');
    stream.end();
    assert.equal(stream.send('late', '{}'), false);
    assert.equal(
      await reading,
      ': open\n\nevent: one\ndata: {"n":1}\n\nevent: two\nid: 7\ndata: {"n":2}\n\n',
    );
  });

  it('is cut, and holds nothing more, when more is left unread than it may hold', async () => {
    const stream = new EventStream({ pingMs: 10_000, maxUnreadBytes: 1000 });
    let sent = 0;
    while (stream.send('x', 'é'.repeat(50))) sent++;
    assert.equal(sent, Math.floor(1000 / Buffer.byteLength(`event: x\ndata: ${'é'.repeat(50)}\n\n`)));
    assert.equal(stream.cut.aborted, true);
    assert.equal(await read(stream), ': open\n\n');
  });

  it('lets a sender that can wait know when there is room, and when the stream is over', async () => {
    const stream = new EventStream({ pingMs: 10_000, maxUnreadBytes: 1000 });
    await stream.room();
    stream.send('x', 'x'.repeat(600));
    const heard: string[] = [];
    const room = stream.room().then(() => heard.push('room'));
    const chunks = stream[Symbol.asyncIterator]();
    assert.deepEqual([(await chunks.next()).value, heard], [': open\n\n', []]);
    await chunks.next();
    await room;
    stream.send('x', 'x'.repeat(600));
    const over = stream.room();
    stream.end();
    await over;
    assert.deepEqual([heard, stream.isOver], [['room'], true]);
  });

  it('says that it is idle', async () => {
    const stream = new EventStream({ pingMs: 5, maxUnreadBytes: 1000 });
    const chunks = stream[Symbol.asyncIterator]();
    const heard = [await chunks.next(), await chunks.next(), await chunks.next()].map(({ value }) => value);
    assert.deepEqual(heard, [': open\n\n', ': ping\n\n', ': ping\n\n']);
    await chunks.return();
    assert.equal(stream.send('x', '{}'), false);
  });
});

describe('The text of an event', () => {
  const id = '11111111-1111-4111-8111-111111111111';
  const called = (values: unknown[]): SessionEvent => ({
    ...{ type: 'turn.tool_call', sessionId: id, turnId: id, block: 0, id: 'toolu_1', name: 'write' },
    input: { values },
  });
  const appended = (text: string, data: string): SessionEvent => ({
    type: 'entry.appended',
    sessionId: id,
    entry: {
      id,
      parentId: null,
      seq: 1,
      at: 1,
      door: 'bridge',
      kind: 'user',
      turnId: id,
      content: [
        { type: 'text', text },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data } },
      ],
      attachments: Array.from({ length: 200 }, () => ({ kind: 'file' as const, uri: 'a', path: 'a', text })),
      grounding: 'off',
    },
  });

  it('is the event itself when it is small', () => {
    const event = appended('hello', 'aGVsbG8=');
    assert.deepEqual(JSON.parse(eventText(event)), event);
  });

  for (const [what, event] of [
    ['a large image', appended('hello', 'aaaa'.repeat(1_000_000))],
    ['long attachments', appended('é'.repeat(100_000), '')],
    ['a long text that must be escaped', appended('\u0001'.repeat(400_000), '')],
    ['a text that grows sixfold when it is escaped', appended('\u0001'.repeat(1000), '')],
    ['a list without end', called(Array.from({ length: 600_000 }, (_, n) => n))],
    ['lists in lists', called(Array.from({ length: 900 }, () => Array.from({ length: 900 }, () => 'abc')))],
  ] as const) {
    it(`with ${what} is shortened to what a client takes, and is still an event`, () => {
      const text = eventText(event);
      assert.ok(Buffer.byteLength(text) <= maxEventBytes);
      assert.equal(sessionEvent.safeParse(JSON.parse(text)).success, true);
    });
  }
});
