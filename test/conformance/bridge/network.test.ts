import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { type NetworkBridge, startNetworkBridge } from '../../../src/bridge/networkBridge.ts';
import { readTlsFiles } from '../../../src/cli/network/tlsFiles.ts';
import { testCertificate } from '../../support/certificate.ts';
import { ownWorkspaceId, startTestBridge, type TestBridge } from './support.ts';

const name = 'causeway.example.com';

/** An address of this machine that others reach; where it has none, one that is at least not the common loopback. */
const outside =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.2';

interface Answer {
  status: number;
  body: string;
}

describe('bridge of the network', function () {
  this.timeout(20_000);
  let local: TestBridge;
  let bridge: NetworkBridge;
  const certificate = testCertificate(name, outside);

  const start = (place: { tls?: typeof certificate; maxConnections?: number; headersMs?: number } = {}) =>
    startNetworkBridge({
      version: '0.0.0',
      assistant: local.core.engine,
      clients: local.users.clients,
      keyedTurns: local.users.keyedTurns,
      relay: local.relay,
      calls: local.calls,
      limiter: local.limiter,
      workspace: { id: ownWorkspaceId, name: 'test', folders: ['/projects/test'] },
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      log: { info() {}, warn() {}, error: (message) => local.logged.push(message) },
      place: { address: '0.0.0.0', port: 0, tls: place.tls, hosts: new Set([name, `${name}:8443`]) },
      server: {
        ...(place.maxConnections === undefined ? {} : { maxConnections: place.maxConnections }),
        ...(place.headersMs === undefined ? {} : { headersMs: place.headersMs }),
      },
    });

  before(async () => {
    local = await startTestBridge();
    bridge = await start({ tls: certificate });
  });
  after(async () => {
    await bridge.stop();
    await local.close();
  });

  async function send(path: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
    const sent = request({
      host: outside,
      port: bridge.port,
      path,
      servername: name,
      ca: certificate.cert,
      agent: false,
      ...options,
      headers: { host: name, ...options.headers },
    });
    sent.end(body);
    const [answer] = await once(sent, 'response');
    return { status: answer.statusCode, body: await text(answer) };
  }
  const auth = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const codeOf = ({ body }: Answer): string => JSON.parse(body).error.code;

  it('a client with a token is answered over TLS', async () => {
    assert.equal((await send('/v1/sessions', auth(local.token))).status, 200);
    assert.deepEqual(JSON.parse((await send('/health')).body), { ok: true, name: 'causeway' });
  });

  it('threat 3: no token and a wrong one are 401', async () => {
    for (const options of [{}, auth(`cw_${'A'.repeat(43)}`)])
      assert.equal((await send('/v1/sessions', options)).status, 401);
  });

  it('threat 4: the start token of a bridge on this machine opens nothing over the network, and proves nothing', async () => {
    const refused = await send('/v1/sessions', auth(local.ownerToken()));
    assert.equal(refused.status, 401);
    assert.equal(codeOf(refused), 'token_unknown');
    const health = await send('/health?nonce=0123456789abcdef');
    assert.deepEqual(JSON.parse(health.body), { ok: true, name: 'causeway' });
  });

  it('threat 1, 11: only the names that were given pass, each as a whole', async () => {
    for (const host of [name, name.toUpperCase(), `${name}:8443`, `127.0.0.1:${bridge.port}`])
      assert.equal((await send('/health', { headers: { host } })).status, 200, host);
    for (const host of [
      `${name}:${bridge.port}`,
      `${name}.evil.com`,
      `x.${name}`,
      `${name}.`,
      `evil.com@${name}`,
      `${name}:8443.evil.com`,
      'evil.example',
      `${outside}:${bridge.port}`,
      '127.0.0.1',
    ])
      for (const path of ['/health', '/v1/sessions', '/v1/clients', '/nothing'])
        assert.equal((await send(path, { headers: { host } })).status, 403, `${host} ${path}`);
  });

  it('threat 2: pages of the web are refused here too', async () => {
    for (const headers of [{ origin: `https://${name}` }, { 'sec-fetch-site': 'same-origin' }])
      assert.equal(codeOf(await send('/v1/sessions', { headers })), 'origin_not_allowed');
  });

  it('threat 27: nobody asks to be let in over the network', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'stranger', scopes: ['turns'] });
    const refused = await send('/v1/clients', { method: 'POST', headers }, body);
    assert.equal(refused.status, 403);
    assert.equal(codeOf(refused), 'asking_closed');
    assert.deepEqual(await local.users.asking.list(), []);
  });

  it('no other window is reached through it', async () => {
    const headers = { ...auth(local.token).headers, 'x-causeway-workspace': '/somewhere/else' };
    assert.equal(codeOf(await send('/v1/sessions', { headers })), 'workspace_not_open');
  });

  it('threat 27: a token that is revoked ends there as well', async () => {
    const { id, token } = await local.addClient();
    assert.equal((await send('/v1/sessions', auth(token))).status, 200);
    await local.users.clients.revoke(id);
    assert.equal((await send('/v1/sessions', auth(token))).status, 401);
  });

  it('what is not TLS is closed, and tells nothing', async () => {
    const sent = plainRequest({ host: outside, port: bridge.port, path: '/health', headers: { host: name } });
    sent.end();
    const outcome = await Promise.race([
      once(sent, 'error').then(() => 'closed'),
      once(sent, 'response').then(([answer]) => answer.statusCode),
    ]);
    assert.ok(outcome === 'closed' || outcome === 400, String(outcome));
    sent.destroy();
  });

  it('no version of TLS before 1.2 is spoken', async () => {
    const socket = connect({
      host: outside,
      port: bridge.port,
      ca: certificate.cert,
      servername: name,
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = await once(socket, 'error');
    assert.match(String(error.code), /PROTOCOL|VERSION|ECONNRESET/);
  });

  it('another certificate is shown from when it is renewed on, and open connections go on', async () => {
    const open = await handshake(certificate.cert);
    const next = testCertificate(name);
    bridge.renew(next);
    try {
      assert.equal((await send('/health', { ca: next.cert })).status, 200);
      open.write(`GET /health HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
      const [answer] = await once(open, 'data');
      assert.match(String(answer), /^HTTP\/1\.1 200 /);
    } finally {
      open.destroy();
      bridge.renew(certificate);
    }
  });

  it('threat 12: who opens connections and agrees on no TLS is closed, and locks nobody out', async () => {
    const few = await start({ tls: certificate, maxConnections: 8, headersMs: 1_000 });
    let closed = 0;
    const change = new EventEmitter();
    const idle = Array.from({ length: 30 }, () => {
      const socket = connectPlain({ host: outside, port: few.port }).resume();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        closed++;
        change.emit('closed');
      });
      return socket;
    });
    try {
      while (closed < 22) await once(change, 'closed');
      const options = { ...auth(local.token), port: few.port };
      assert.equal((await send('/v1/sessions', options)).status, 200);
      while (closed < 30) await once(change, 'closed');
    } finally {
      for (const socket of idle) socket.destroy();
      await few.stop();
    }
  });

  it('a stream over TLS is not taken for an idle connection', async () => {
    const few = await start({ tls: certificate, maxConnections: 4 });
    const session = await local.core.engine.createSession({ door: 'panel' });
    const streaming = request({
      host: outside,
      port: few.port,
      servername: name,
      ca: certificate.cert,
      agent: false,
      path: `/v1/sessions/${session.id}/events`,
      headers: { host: name, ...auth(local.token).headers },
    });
    streaming.end();
    const [stream] = await once(streaming, 'response');
    assert.equal(stream.statusCode, 200);
    const idle: TLSSocket[] = [];
    try {
      for (let i = 0; i < 12; i++) idle.push(await handshake(certificate.cert, few.port));
      await local.core.engine.renameSession(session.id, 'Seen live', 'panel');
      let told = '';
      for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
        told += chunk;
        if (told.includes('Seen live')) break;
      }
      assert.match(told, /^event: /m);
    } finally {
      for (const socket of idle) socket.destroy();
      streaming.destroy();
      await few.stop();
    }
  });

  it('threat 4: behind a proxy that ends TLS it speaks HTTP, with the same rules', async () => {
    const plain = await start();
    try {
      assert.match(plain.address, /^http:\/\/0\.0\.0\.0:\d+$/);
      const get = (host: string, token: string) =>
        new Promise<number | undefined>((resolve, reject) =>
          plainRequest(
            {
              host: outside,
              port: plain.port,
              path: '/v1/sessions',
              agent: false,
              headers: { host, ...auth(token).headers },
            },
            (answer) => {
              answer.resume();
              resolve(answer.statusCode);
            },
          )
            .on('error', reject)
            .end(),
        );
      assert.equal(await get(name, local.token), 200);
      assert.equal(await get('evil.example', local.token), 403);
      assert.equal(await get(name, local.ownerToken()), 401);
    } finally {
      await plain.stop();
    }
  });

  it('a port that is taken and an address that is not here are told, and nothing listens', async () => {
    const at = (address: string, port: number) =>
      startNetworkBridge({
        ...optionsOf(local),
        place: { address, port, tls: certificate, hosts: new Set() },
      });
    await assert.rejects(at('0.0.0.0', bridge.port), { code: 'port_taken' });
    await assert.rejects(at('203.0.113.77', 62_999), { code: 'address_missing', message: /203\.0\.113\.77/ });
  });

  const optionsOf = (test: TestBridge) => ({
    version: '0.0.0',
    assistant: test.core.engine,
    clients: test.users.clients,
    keyedTurns: test.users.keyedTurns,
    relay: test.relay,
    calls: test.calls,
    limiter: test.limiter,
    workspace: { id: ownWorkspaceId, name: 'test', folders: [] },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: { info() {}, warn() {}, error() {} },
  });

  async function handshake(ca: string, port = bridge.port): Promise<TLSSocket> {
    const socket = connect({ host: outside, port, ca, servername: name });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  }
});

describe('the certificate of a bridge', () => {
  let folder: string;
  const pair = testCertificate(name);
  const file = (fileName: string, content: string, mode = 0o600): string => {
    const path = join(folder, fileName);
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-tls-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read with its key', async () => {
    const files = { cert: file('c.pem', pair.cert, 0o644), key: file('k.pem', pair.key) };
    assert.deepEqual(await readTlsFiles(files), pair);
  });

  it('threat 5: a key that others on the machine can read is refused, with its mode', async () => {
    for (const mode of [0o644, 0o640, 0o604, 0o620, 0o666, 0o611])
      await assert.rejects(
        readTlsFiles({ cert: file('c.pem', pair.cert), key: file('k.pem', pair.key, mode) }),
        { code: 'secret_file_too_open', message: new RegExp(`mode is 0${mode.toString(8)}`) },
      );
  });

  const spoiled: [title: string, cert: string, key: string, words: RegExp][] = [
    [
      'a certificate that is none',
      'nothing',
      pair.key,
      /^--tls-cert: got .*c\.pem; expected a certificate in PEM/,
    ],
    ['a key that is none', pair.cert, 'nothing', /^--tls-key: got .*k\.pem; expected a private key in PEM/],
    [
      'a key of another certificate',
      pair.cert,
      testCertificate(name).key,
      /^--tls-key: .*expected the key of the certificate/,
    ],
  ];
  for (const [title, cert, key, words] of spoiled)
    it(`${title} is refused, and its words hold nothing of the key`, async () => {
      const reading = readTlsFiles({ cert: file('c.pem', cert), key: file('k.pem', key) });
      await assert.rejects(reading, { code: 'invalid_input', message: words });
      await assert.rejects(reading, (error: Error) => !error.message.includes('PRIVATE'));
    });

  it('a file that is not there is named', async () => {
    const missing = join(folder, 'none.pem');
    await assert.rejects(readTlsFiles({ cert: missing, key: missing }), {
      message: /^--tls-cert: got .*none\.pem/,
    });
  });
});
