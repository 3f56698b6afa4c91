import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nestsDeeperThan } from '../../../src/bridge/jsonDepth.ts';
import { isOurHost } from '../../../src/bridge/middleware/host.ts';
import { validateHost, validatePort } from '../../../src/bridge/port.ts';
import { endToEnd } from '../../../src/bridge/relay.ts';
import { proofOf, sameSecret } from '../../../src/bridge/secret.ts';

describe('The port of the bridge', () => {
  const accepted: [unknown, number][] = [
    [undefined, 61900],
    [null, 61900],
    ['', 61900],
    [61900, 61900],
    ['61901', 61901],
    [1024, 1024],
    [65535, 65535],
  ];
  for (const [value, port] of accepted) {
    it(`threat 21: ${JSON.stringify(value)} means ${port}`, () => assert.equal(validatePort(value), port));
  }
  const refused: [unknown, string][] = [
    [619009, 'port_invalid'],
    ['619009', 'port_invalid'],
    [65536, 'port_invalid'],
    [-1, 'port_invalid'],
    [61900.5, 'port_invalid'],
    [Number.NaN, 'port_invalid'],
    ['6190o', 'port_invalid'],
    ['0x1', 'port_invalid'],
    [{}, 'port_invalid'],
    [true, 'port_invalid'],
    [0, 'port_out_of_range'],
    [80, 'port_out_of_range'],
    [1023, 'port_out_of_range'],
  ];
  for (const [value, code] of refused) {
    it(`${JSON.stringify(value)} is refused as ${code}, and 61900 is proposed`, () => {
      assert.throws(() => validatePort(value), { code, message: /61900/ });
    });
  }
});

describe('The host of the bridge', () => {
  for (const host of [undefined, '', 'localhost', '127.0.0.1', '::1', '[::1]']) {
    it(`${host ?? 'none'} is fine`, () => assert.doesNotThrow(() => validateHost(host)));
  }
  for (const host of ['0.0.0.0', '::', '*', '127.0.0.2', 'example.com']) {
    it(`${host} is refused`, () => assert.throws(() => validateHost(host), { code: 'bridge_host_refused' }));
  }
});

describe('The Host header', () => {
  it('is ours only when it is one of three names with the port it came in on', () => {
    const ours = ['127.0.0.1:61900', 'localhost:61900', '[::1]:61900'];
    for (const host of ours) assert.equal(isOurHost(host, 61900), true, host);
    fc.assert(
      fc.property(fc.constantFrom(...ours), fc.string({ minLength: 1 }), fc.nat(20), (host, noise, at) => {
        const spoiled = host.slice(0, at) + noise + host.slice(at);
        assert.equal(isOurHost(spoiled, 61900), ours.includes(spoiled.toLowerCase()));
      }),
    );
  });
});

describe('How deep JSON nests', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

  it('is seen in the text as it is in the value, whatever the strings in it hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(8), (value, limit) => {
        assert.equal(nestsDeeperThan(JSON.stringify(value), limit), depthOf(value) > limit);
      }),
    );
  });
  it('does not count brackets within strings', () => {
    assert.equal(nestsDeeperThan('{"a":"[[[[{{{{\\"[[["}', 1), false);
  });
  it('is seen in text that is cut off', () => assert.equal(nestsDeeperThan('['.repeat(65), 64), true));
});

describe('Headers that are passed on', () => {
  it('leave out what belongs to one connection and what Connection names', () => {
    const passed = endToEnd([
      ['host', 'a'],
      ['connection', 'close, X-Secret , x-other'],
      ['x-secret', '1'],
      ['x-other', '2'],
      ['keep-alive', 'timeout=5'],
      ['te', 'trailers'],
      ['transfer-encoding', 'chunked'],
      ['upgrade', 'h2c'],
      ['proxy-authorization', 'x'],
      ['trailer', 'x'],
      ['expect', '100-continue'],
      ['anthropic-version', '2023-06-01'],
      ['authorization', 'Bearer x'],
      ['content-length', '2'],
    ]);
    assert.deepEqual(passed, {
      'anthropic-version': '2023-06-01',
      authorization: 'Bearer x',
      'content-length': '2',
    });
  });
});

describe('Secrets', () => {
  it('threat 6: are compared whatever their lengths, without an error', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        assert.equal(sameSecret(a, b), a === b);
        assert.equal(sameSecret(a, a), true);
      }),
    );
  });
  it('a proof holds for one token, one nonce and one port', () => {
    const proof = proofOf('token', 'nonce', 61900);
    for (const other of [
      proofOf('other', 'nonce', 61900),
      proofOf('token', 'other', 61900),
      proofOf('token', 'nonce', 61901),
    ]) {
      assert.notEqual(proof, other);
    }
  });
});
