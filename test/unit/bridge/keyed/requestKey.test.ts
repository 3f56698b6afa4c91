import assert from 'node:assert/strict';
import fc from 'fast-check';
import { requestKeyOf } from '../../../../src/bridge/keyed/requestKey.ts';

const keyOf = (key: string | undefined, asked: unknown = 'asked', repeated = false) => {
  const headers = new Map(key === undefined ? [] : [['idempotency-key', key]]);
  const request = { headers, repeated: new Set(repeated ? ['idempotency-key'] : []) };
  return requestKeyOf({ request, principal: { kind: 'owner', door: 'bridge' } }, asked);
};

describe('The key of a request', () => {
  it('is none where there is no header', () => assert.equal(keyOf(undefined), undefined));

  it('is the same bare and as a string of structured fields', () => {
    assert.deepEqual(keyOf('8e03978e-40d5'), keyOf('"8e03978e-40d5"'));
  });

  it('is what stands in the quotes, escapes and all', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 100,
    });
    fc.assert(
      fc.property(printable, printable, (one, two) => {
        const quoted = (key: string) => `"${key.replace(/["\\]/g, '\\$&')}"`;
        assert.equal(keyOf(quoted(one))?.key === keyOf(quoted(two))?.key, one === two);
      }),
    );
  });

  it('and the digest of the request tell nothing of either', () => {
    const { key, fingerprint } = keyOf('secret-key', { text: 'secret words' }) ?? assert.fail();
    assert.ok(!/secret/.test(key + fingerprint));
    assert.notEqual(keyOf('another-key', { text: 'secret words' })?.fingerprint, fingerprint);
  });

  function refuse(what: string, key: string, repeated = false): void {
    it(`is refused: ${what}`, () =>
      assert.throws(() => keyOf(key, 'asked', repeated), {
        code: 'invalid_input',
        field: 'Idempotency-Key',
      }));
  }
  refuse('an empty one', '');
  refuse('an empty string', '""');
  refuse('words', 'two words');
  refuse('a string that does not end', '"half');
  refuse('an escape that is none', '"\\n"');
  refuse('one that is too long', 'x'.repeat(256));
  refuse('one that came twice', 'k, k', true);
});
