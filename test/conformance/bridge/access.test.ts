import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridge } from '../../../src/bridge/bridge.ts';
import { call, curl, rawAnswer, rawExchange, startTestBridge, type TestBridge } from './support.ts';

const routes: [string, string][] = [
  ['GET', '/health'],
  ['GET', '/v1/sessions'],
  ['POST', '/v1/sessions'],
  ['GET', '/v1/sessions/00000000-0000-4000-8000-000000000000'],
  ['POST', '/v1/sessions/00000000-0000-4000-8000-000000000000/turns'],
  ['GET', '/v1/sessions/00000000-0000-4000-8000-000000000000/events'],
  ['POST', '/v1/sessions/00000000-0000-4000-8000-000000000000/stop'],
  ['GET', '/mcp'],
  ['POST', '/mcp'],
  ['GET', '/nothing/here'],
  ['OPTIONS', '/v1/sessions'],
];

describe('bridge: who may come in', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());
  afterEach('it still answers', async () => {
    assert.equal((await call(test, 'GET', '/v1/sessions')).status, 200);
  });

  const auth = () => ['-H', `Authorization: Bearer ${test.token}`];
  const json = ['-H', 'Content-Type: application/json'];
  const codeOf = (body: string): string => JSON.parse(body).error.code;

  const foreignHosts = (port: number) => [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1.evil.com:${port}`,
    `localhost.evil.com:${port}`,
    `127.0.0.1:${port}.evil.com`,
    `user@127.0.0.1:${port}`,
    `127.0.0.1@evil.com:${port}`,
    `127.0.0.1:${port + 1}`,
    `127.0.0.1:0${port}`,
    '127.0.0.1',
    'localhost',
    '[::1]',
    `0.0.0.0:${port}`,
    `127.1:${port}`,
    `2130706433:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `localhost.:${port}`,
    `127.0.0.1:${port}/`,
    `127.0.0.1 :${port}`,
    ':',
    '',
  ];

  for (const [method, path] of routes) {
    it(`threat 1, 11: ${method} ${path} refuses every foreign Host before token and body`, async () => {
      for (const host of foreignHosts(test.port)) {
        // A body is announced and never sent: who waited for it would not answer.
        const got = await rawAnswer(
          test.port,
          `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n`,
        );
        assert.match(got, /^HTTP\/1\.1 (403|400) /, `${host}: ${got.slice(0, 80)}`);
        assert.doesNotMatch(got, /token/i, host);
      }
    });
  }

  it('threat 1: 127.0.0.1, localhost and [::1] with our port pass', async () => {
    for (const host of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST']) {
      const got = await curl(...auth(), '-H', `Host: ${host}:${test.port}`, `${test.url}/v1/sessions`);
      assert.equal(got.status, 200, host);
    }
  });

  it('threat 1: two Host headers, or a target that names another host, are refused', async () => {
    const head = `Authorization: Bearer ${test.token}\r\nConnection: close\r\n\r\n`;
    const ours = `127.0.0.1:${test.port}`;
    for (const first of [
      `GET /v1/sessions HTTP/1.1\r\nHost: ${ours}\r\nHost: evil.example\r\n`,
      `GET http://evil.example/v1/sessions HTTP/1.1\r\nHost: ${ours}\r\n`,
      `GET http://${ours}/v1/sessions HTTP/1.1\r\nHost: ${ours}\r\n`,
    ]) {
      const got = await rawExchange(test.port, first + head);
      assert.match(got, /^HTTP\/1\.1 400 /, first);
    }
    assert.match(await rawExchange(test.port, `GET /health HTTP/1.0\r\n\r\n`), /^HTTP\/1\.1 403 /);
  });

  for (const [method, path] of routes) {
    it(`threat 2: ${method} ${path} refuses every Origin, and sends no CORS header`, async () => {
      for (const origin of [
        'https://evil.example',
        'null',
        `http://127.0.0.1:${test.port}`,
        'http://localhost:3000',
        'vscode-webview://abc',
        '',
      ]) {
        const got = await rawExchange(
          test.port,
          `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\nOrigin: ${origin}\r\nAuthorization: Bearer ${test.token}\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\nConnection: close\r\n\r\n`,
        );
        assert.match(got, /^HTTP\/1\.1 403 /, origin);
        assert.doesNotMatch(got, /access-control|set-cookie/i, origin);
      }
    });
  }

  it('threat 2: what a page sends without an Origin is refused by Sec-Fetch-Site', async () => {
    for (const site of ['cross-site', 'same-site', 'same-origin']) {
      const got = await curl(...auth(), '-H', `Sec-Fetch-Site: ${site}`, `${test.url}/v1/sessions`);
      assert.deepEqual([got.status, codeOf(got.body)], [403, 'origin_not_allowed']);
    }
  });

  it('threat 2: bodies that a web page can send unasked are refused', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain; application/json',
      'application/json; charset=latin1',
      'application/jsonp',
    ]) {
      const got = await curl(...auth(), '-H', `Content-Type: ${type}`, '-d', '{}', `${test.url}/v1/sessions`);
      assert.deepEqual([got.status, codeOf(got.body)], [415, 'media_type_refused'], type);
      assert.doesNotMatch(got.headers, /access-control|set-cookie/);
    }
    const none = await curl(...auth(), '-H', 'Content-Type:', '-d', '{}', `${test.url}/v1/sessions`);
    assert.equal(none.status, 415);
    const fine = ['-H', 'Content-Type: application/json; charset=UTF-8', '-d', '{}'];
    const made = await curl(...auth(), ...fine, `${test.url}/v1/sessions`);
    assert.equal(made.status, 201);
    assert.doesNotMatch(made.headers, /access-control|set-cookie/);
  });

  for (const [method, path] of routes.filter(([, one]) => one !== '/health')) {
    it(`threat 3: ${method} ${path} without a token, or with a wrong one, is 401`, async () => {
      for (const header of [
        undefined,
        'Bearer',
        'Bearer ',
        'Bearer wrong',
        `Bearer ${test.token}x`,
        `Bearer ${test.token.slice(0, -1)}`,
        `Basic ${test.token}`,
        `Bearer ${'a'.repeat(8000)}`,
        'Bearer ünknown',
      ]) {
        const got = await rawExchange(
          test.port,
          Buffer.from(
            `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\n${header === undefined ? '' : `Authorization: ${header}\r\n`}Connection: close\r\n\r\n`,
            'latin1',
          ),
        );
        assert.match(got, /^HTTP\/1\.1 401 /, `${header}`);
        assert.match(got, /www-authenticate: Bearer/i);
      }
    });
  }

  it('threat 3: a token in the query or a cookie is not looked at', async () => {
    const query = await curl(`${test.url}/v1/sessions?token=${test.token}&access_token=${test.token}`);
    assert.equal(query.status, 401);
    const cookie = await curl('-H', `Cookie: token=${test.token}`, `${test.url}/v1/sessions`);
    assert.equal(cookie.status, 401);
  });

  it('threat 3: health alone answers without a token, and tells nothing', async () => {
    const got = await curl(`${test.url}/health`);
    assert.equal(got.status, 200);
    assert.deepEqual(JSON.parse(got.body), { ok: true, name: 'causeway' });
  });

  it('threat 3: WebSocket upgrades and CONNECT are refused, an offer of HTTP/2 is passed over', async () => {
    const host = `Host: 127.0.0.1:${test.port}\r\nAuthorization: Bearer ${test.token}\r\n`;
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
    const upgrade = `GET /v1/sessions HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`;
    const answered = await rawAnswer(test.port, upgrade);
    assert.match(answered, /^HTTP\/1\.1 400 /);
    assert.match(answered, /upgrade_refused/);
    const tunnel = `CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n`;
    assert.match(await rawExchange(test.port, tunnel), /^HTTP\/1\.1 405 /);
    const h2 = await curl('--http2', ...auth(), `${test.url}/v1/sessions`);
    assert.equal(h2.status, 200);
  });

  it('threat 4: nothing but loopback is bound', () => {
    // Only Linux lists its sockets in files.
    if (process.platform !== 'linux') return;
    const bound = listeners(test.port);
    assert.deepEqual(bound.sort(), [...test.bridge.state.addresses].sort());
    assert.deepEqual([...test.bridge.state.addresses, ...test.bridge.state.missing].sort(), [
      '127.0.0.1',
      '::1',
    ]);
  });

  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'my-machine.local', '127.0.0.1.evil.com']) {
    it(`threat 4: a setting that wants to listen on ${host} is refused`, async () => {
      const { core, users, stateDir } = test;
      await assert.rejects(
        startBridge({
          version: '0.0.0',
          assistant: core.engine,
          clients: users.clients,
          asking: users.asking,
          keyedTurns: users.keyedTurns,
          relay: test.relay,
          calls: test.calls,
          limiter: test.limiter,
          workspace: { id: 'w', name: 'w', folders: [] },
          stateDir,
          host,
          clock: { now: Date.now, monotonic: () => performance.now() },
          log: { info() {}, warn() {}, error() {} },
        }),
        { code: 'bridge_host_refused' },
      );
    });
  }

  it('threat 5: the discovery file is for its user alone, whatever the umask', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'causeway-umask-'));
    const umask = process.umask(0);
    try {
      const other = await startTestBridge({ stateDir });
      const folder = join(stateDir, 'bridges');
      const [file = ''] = readdirSync(folder);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600);
      await other.close();
      assert.deepEqual(readdirSync(folder), []);
    } finally {
      process.umask(umask);
      rmSync(stateDir, { recursive: true, force: true });
    }
  });

  it('threat 5: a folder that others can look into is refused, in words that say what to do', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'causeway-open-'));
    const folder = join(stateDir, 'bridges');
    mkdirSync(folder);
    for (const mode of [0o755, 0o777, 0o710, 0o704]) {
      chmodSync(folder, mode);
      await assert.rejects(
        startBridge({
          version: '0.0.0',
          assistant: test.core.engine,
          clients: test.users.clients,
          asking: test.users.asking,
          keyedTurns: test.users.keyedTurns,
          relay: test.relay,
          calls: test.calls,
          limiter: test.limiter,
          workspace: { id: 'w', name: 'w', folders: [] },
          stateDir,
          clock: { now: Date.now, monotonic: () => performance.now() },
          log: { info() {}, warn() {}, error() {} },
        }),
        { code: 'folder_too_open', message: /chmod 700/ },
      );
    }
    rmSync(stateDir, { recursive: true, force: true });
  });

  it('threat 5, 6: no token of a client is at rest, and source compares secrets only by their digests', async () => {
    const { token } = await test.addClient({ name: 'canary' });
    for (const name of readdirSync(test.stateDir)) {
      const path = join(test.stateDir, name);
      if (statSync(path).isFile()) assert.equal(readFileSync(path).includes(token), false, name);
    }
    const bridge = new URL('../../../src/bridge/', import.meta.url);
    const sources = readdirSync(bridge, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    assert.ok(sources.length > 20);
    for (const name of sources) {
      const source = readFileSync(new URL(name, bridge), 'utf8');
      assert.doesNotMatch(
        source,
        /(token|proof|secret)\s*[!=]==? (?!undefined)|[!=]== \w*(token|proof)\b/i,
        name,
      );
    }
  });

  it('threat 8: no header or field of a request changes where a turn is sent', async () => {
    const { body } = await call(test, 'POST', '/v1/sessions', {});
    const id = body.session.id;
    for (const field of ['base_url', 'baseUrl', 'upstream', 'provider', 'api_key']) {
      const refused = await call(test, 'POST', `/v1/sessions/${id}/turns`, {
        text: 'Hi',
        [field]: 'http://evil.example',
      });
      assert.deepEqual([refused.status, refused.body.error.field], [400, field]);
    }
    const before = test.core.fake.requests.filter((one) => one.path === '/v1/messages').length;
    const got = await curl(
      ...auth(),
      ...json,
      ...['-H', 'x-portkey-custom-host: http://evil.example', '-H', 'x-forwarded-host: evil.example'],
      ...['-d', '{"text":"Hi"}', `${test.url}/v1/sessions/${id}/turns`],
    );
    assert.equal(got.status, 200);
    assert.equal(test.core.fake.requests.filter((one) => one.path === '/v1/messages').length, before + 1);
  });
});

/** Local addresses that listen on a port, as the kernel lists them. */
function listeners(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const read = (file: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === '0A')
      .map((fields) => fields[1]?.split(':')[0] ?? '');
  const names: Record<string, string> = {
    '0100007F': '127.0.0.1',
    '00000000000000000000000001000000': '::1',
  };
  return [...read('/proc/net/tcp'), ...read('/proc/net/tcp6')].map((address) => names[address] ?? address);
}
