import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventParser, readEvents, type ServerEvent } from '../../../src/client/eventParser.ts';

function parse(pieces: readonly string[]): ServerEvent[] {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const line = fc.oneof(
  fc.tuple(
    fc.constantFrom('data', 'event', 'id', 'retry', '', 'other'),
    fc.constantFrom(':', ': ', ''),
    fc.string(),
  ),
  fc.constant(['', '', ''] as const),
);
const stream = fc
  .array(fc.tuple(line, lineEnd), { maxLength: 40 })
  .map((lines) =>
    lines.map(([[name, colon, value], end]) => name + colon + value.replace(/[\r\n]/g, '') + end).join(''),
  );

describe('Server-sent events', () => {
  it('are the same in whatever pieces they come', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(2000), { maxLength: 30 }), (text, cuts) => {
        const at = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort(
          (a, b) => a - b,
        );
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        assert.deepEqual(parse(pieces), parse([text]));
        assert.deepEqual(parse([...text]), parse([text]));
      }),
    );
  });

  it('survive bytes that are cut within a character', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        async (text, size) => {
          const data = JSON.stringify(text);
          const bytes = Buffer.from(`data: ${data}\n\n`);
          async function* pieces() {
            for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
          }
          const events: ServerEvent[] = [];
          for await (const event of readEvents(pieces())) events.push(event);
          assert.deepEqual(
            events.map((event) => event.data),
            [data],
          );
        },
      ),
    );
  });

  const cases: [string, string, ServerEvent[]][] = [
    ['a name and data', 'event: a\ndata: 1\n\n', [{ type: 'a', data: '1', id: '' }]],
    ['several lines of data', 'data: 1\ndata:2\ndata\n\n', [{ type: 'message', data: '1\n2\n', id: '' }]],
    ['comments and pings', ': open\n\n: ping\n\ndata: 1\n\n', [{ type: 'message', data: '1', id: '' }]],
    [
      'a name without data, which is no event',
      'event: a\n\ndata: 1\n\n',
      [{ type: 'message', data: '1', id: '' }],
    ],
    [
      'an id that stays',
      'id: 7\ndata: 1\n\ndata: 2\n\n',
      [
        { type: 'message', data: '1', id: '7' },
        { type: 'message', data: '2', id: '7' },
      ],
    ],
    ['a byte order mark', '\ufeffdata: 1\n\n', [{ type: 'message', data: '1', id: '' }]],
    ['one space taken off and no more', 'data:  1\n\n', [{ type: 'message', data: ' 1', id: '' }]],
    ['an end without a blank line, which is no event', 'data: 1\n', []],
  ];
  for (const [what, text, expected] of cases) {
    it(`read ${what}`, () => assert.deepEqual(parse([text]), expected));
  }

  for (const [what, piece] of [
    ['one long line', 'x'.repeat(10_000)],
    ['many lines of data', `data: ${'x'.repeat(1000)}\n`.repeat(10)],
    ['many names', `event: ${'x'.repeat(1000)}\n`.repeat(10)],
  ] as const) {
    it(`threat 15: more than a megabyte of ${what} without a blank line is an error`, () => {
      const parser = new EventParser();
      let pushed = 0;
      assert.throws(
        () => {
          for (; pushed < 10_000_000; pushed += piece.length) parser.push(piece);
        },
        { code: 'event_too_large' },
      );
      assert.ok(pushed > 1_000_000 && pushed < 1_200_000, `${pushed}`);
    });
  }

  it('never fill up with pings', () => {
    const parser = new EventParser();
    for (let n = 0; n < 300_000; n++) parser.push(': ping\n\n');
    for (let n = 0; n < 300_000; n++) parser.push(': comment in one event\n');
    assert.deepEqual(parser.push('data: 1\n\n'), [{ type: 'message', data: '1', id: '' }]);
  });
});
