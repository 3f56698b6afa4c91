import assert from 'node:assert/strict';
import { type NetworkFlags, networkOf } from '../../../src/cli/network/flags.ts';

const store = 'redis://127.0.0.1:6379';
const files = { 'tls-cert': 'c.pem', 'tls-key': 'k.pem' };
const named = { 'host-name': ['causeway.example.com'] };

describe('causeway serve: where it listens', () => {
  const refused: [title: string, flags: NetworkFlags, words: RegExp][] = [
    [
      'an address of the network without --store',
      { listen: '0.0.0.0:61900', ...files, ...named },
      /^--listen: got 0\.0\.0\.0:61900; expected it together with --store/,
    ],
    ['the loopback by --listen without --store', { listen: '127.0.0.1:61900' }, /--store/],
    [
      'an address of the network without TLS',
      { store, listen: '0.0.0.0:61900', ...named },
      /^--listen: got 0\.0\.0\.0:61900; expected --tls-cert FILE and --tls-key FILE .*--plain-behind-proxy/,
    ],
    ['one address of the network without TLS', { store, listen: '192.0.2.2:61900' }, /--plain-behind-proxy/],
    ['every address of IPv6 without TLS', { store, listen: '[::]:61900', ...named }, /--plain-behind-proxy/],
    [
      'an address that only begins like the loopback',
      { store, listen: '127.0.0.1.evil.com:61900' },
      /^--listen: got .*; expected an IP address/,
    ],
    ['a name', { store, listen: 'localhost:61900' }, /expected an IP address and a port/],
    ['no address', { store, listen: ':61900' }, /expected an IP address and a port/],
    ['a port of the system', { store, listen: '127.0.0.1:443' }, /Port 443 cannot be used/],
    ['a port that is none', { store, listen: '127.0.0.1:619009' }, /619009 is not a TCP port/],
    [
      'every address without a name',
      { store, listen: '0.0.0.0:61900', ...files },
      /expected a --host-name NAME/,
    ],
    [
      'a certificate without its key',
      { store, listen: '0.0.0.0:61900', 'tls-cert': 'c.pem', ...named },
      /^--tls-cert: got c\.pem; expected its key/,
    ],
    [
      'a key without its certificate',
      { store, listen: '0.0.0.0:61900', 'tls-key': 'k.pem', ...named },
      /^--tls-key: got k\.pem; expected its certificate/,
    ],
    [
      'TLS here and at a proxy',
      { store, listen: '0.0.0.0:61900', 'plain-behind-proxy': true, ...files, ...named },
      /^--plain-behind-proxy: .*one of the two/,
    ],
    [
      '--port beside it',
      { store, listen: '0.0.0.0:61900', port: '61900', ...files, ...named },
      /^--port: got 61900/,
    ],
    [
      'a certificate for the loopback alone',
      { store, ...files },
      /^--tls-cert: got c\.pem; expected it together with --listen/,
    ],
    ['a name for the loopback alone', { ...named }, /^--host-name: .*--listen/],
    ['a proxy for the loopback alone', { 'plain-behind-proxy': true }, /^--plain-behind-proxy: .*--listen/],
    ...[
      '*',
      '*.example.com',
      'a b',
      'https://x.example',
      'user@x.example',
      'x.example/',
      'x..example',
      '',
      '-x.example',
    ].map((name): [string, NetworkFlags, RegExp] => [
      `${JSON.stringify(name)} for a name`,
      { store, listen: '0.0.0.0:61900', ...files, 'host-name': [name] },
      /^--host-name: .*expected a name such as/,
    ]),
  ];
  for (const [title, flags, words] of refused)
    it(`threat 4: refuses ${title}, and says what would be right`, () => {
      assert.throws(() => networkOf(flags), { message: words });
    });

  it('stays on the loopback where nothing else is asked for', () => {
    assert.equal(networkOf({}), undefined);
    assert.equal(networkOf({ store, port: '61900' }), undefined);
  });

  const taken: [title: string, flags: NetworkFlags, address: string, hosts: string[]][] = [
    [
      'a name answers with the port it listens on and, behind a gateway, without',
      { store, listen: '0.0.0.0:61900', ...files, ...named },
      '0.0.0.0:61900',
      ['causeway.example.com', 'causeway.example.com:61900'],
    ],
    [
      'a name with a port is that one alone',
      { store, listen: '[::]', 'plain-behind-proxy': true, 'host-name': ['Causeway.example.com:8443'] },
      ':::61900',
      ['causeway.example.com:8443'],
    ],
    [
      'the address itself is a name',
      { store, listen: '192.0.2.2:62000', ...files },
      '192.0.2.2:62000',
      ['192.0.2.2:62000'],
    ],
    [
      'the loopback needs no TLS',
      { store, listen: '127.0.0.1:62000' },
      '127.0.0.1:62000',
      ['127.0.0.1:62000'],
    ],
  ];
  for (const [title, flags, address, hosts] of taken)
    it(title, () => {
      const wish = networkOf(flags);
      assert.equal(`${wish?.address}:${wish?.port}`, address);
      assert.deepEqual([...(wish?.hosts ?? [])], hosts);
    });
});
