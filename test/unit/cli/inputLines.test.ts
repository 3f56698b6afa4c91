import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type InputLine, inputLines } from '../../../src/cli/mcp/lines.ts';

const most = 8;
async function read(pieces: readonly Uint8Array[]): Promise<InputLine[]> {
  const all: InputLine[] = [];
  const chunks = (async function* () {
    yield* pieces;
  })();
  for await (const line of inputLines(chunks, most)) all.push(line);
  return all;
}
const lines: [string, string, InputLine[]][] = [
  [
    'two lines',
    'a\nb\n',
    [
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ],
  ],
  [
    'a last line without its end',
    'a\nb',
    [
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ],
  ],
  [
    'ends of Windows',
    'a\r\n\r\nb\r\n',
    [
      { kind: 'text', text: 'a' },
      { kind: 'text', text: 'b' },
    ],
  ],
  ['nothing', '', []],
  ['a line as long as may be', '12345678\n', [{ kind: 'text', text: '12345678' }]],
  [
    'one that is longer, and one after it',
    '123456789\nb',
    [{ kind: 'too_long' }, { kind: 'text', text: 'b' }],
  ],
];

describe('Lines of an MCP client', () => {
  for (const [what, text, expected] of lines)
    it(`are read from ${what}`, async () =>
      assert.deepEqual(await read([new TextEncoder().encode(text)]), expected));

  it('that are no UTF-8 are told apart', async () =>
    assert.deepEqual(await read([new Uint8Array([0xff, 0x0a, 0x61])]), [
      { kind: 'not_text' },
      { kind: 'text', text: 'a' },
    ]));

  it('are the same in whatever pieces they come', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'é', '\n', '\r\n', '123456789', '😀'), { maxLength: 30 }),
        fc.array(fc.nat(100), { maxLength: 10 }),
        async (parts, cuts) => {
          const bytes = new TextEncoder().encode(parts.join(''));
          const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          );
          const pieces = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
          assert.deepEqual(await read(pieces), await read([bytes]));
        },
      ),
    ));
});
