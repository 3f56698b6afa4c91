import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventBytes, wantedEvents } from '../../../../src/bridge/wire/eventBytes.ts';

const wanted = wantedEvents('message_stop', 'error');

/** What passes of these bytes when they come in these pieces. */
function pass(pieces: readonly Buffer[], maxBytes = 1_000_000) {
  const events = new EventBytes(wanted, maxBytes);
  const passed: Uint8Array[] = [];
  const heard: unknown[] = [];
  for (const piece of pieces) {
    const passage = events.take(piece);
    if (!passage) return { text: 'too large', heard };
    passed.push(passage.bytes);
    heard.push(...passage.events);
  }
  return { text: Buffer.concat(passed).toString('utf8'), heard };
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, n) => bytes.subarray(from, at[n] ?? bytes.length));
}

describe('Events in the bytes of a stream', () => {
  const line = fc.stringMatching(/^[a-zA-Zé😀{}": ]{0,20}$/u);
  const event = fc.record({ name: fc.constantFrom('message_stop', 'error', 'other', ''), data: line });

  it('pass whole and are heard the same, wherever the bytes are cut; what has no end is held back', () => {
    fc.assert(
      fc.property(
        fc.array(event),
        line,
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(5000)),
        (all, rest, end, places) => {
          const whole = all
            .map(({ name, data }) => `${name ? `event: ${name}${end}` : ''}data: ${data}${end}${end}`)
            .join('');
          const got = pass(cut(Buffer.from(`${whole}x${rest}`), places));
          assert.equal(got.text, whole);
          assert.deepEqual(
            got.heard,
            all
              .filter(({ name }) => wanted.names.has(name))
              .map(({ name, data }) => ({ name, data: data.replace(/^ /, ' ') })),
          );
        },
      ),
    );
  });

  it('join several lines of data', () => {
    const { heard } = pass([Buffer.from('event: error\ndata: a\nid: 1\n: c\ndata:b\n\n')]);
    assert.deepEqual(heard, [{ name: 'error', data: 'a\nb' }]);
  });

  for (const [what, pieces] of [
    ['one piece', [Buffer.alloc(101, 'x')]],
    ['many pieces', Array.from({ length: 101 }, () => Buffer.from('x'))],
    ['lines', [Buffer.from('data: x\n'.repeat(13))]],
    ['a whole event', [Buffer.from(`data: ${'x'.repeat(100)}\n\n`)]],
  ] as const) {
    it(`threat 15: are refused when one is larger than it may be, in ${what}`, () =>
      assert.equal(pass(pieces, 100).text, 'too large'));
  }
});
