import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inodeIn } from '../../../src/bridge/peer.ts';
import { askForToken } from '../../../src/client/askForToken.ts';
import { connect } from '../../../src/client/client.ts';
import { UserStore } from '../../../src/store/user/userStore.ts';
import { scratch } from '../../unit/store/user/samples.ts';
import { bearer, call, rawAnswer, startTestBridge, type TestBridge } from './support.ts';

const run = promisify(execFile);
const wish = { name: 'My script', scopes: ['sessions:read', 'turns'] };

describe('bridge: a program that asks to be let in', function () {
  this.timeout(20_000);
  let test: TestBridge;
  beforeEach(async () => {
    test = await startTestBridge();
  });
  afterEach(() => test.close());

  const ask = async (body: unknown = wish, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${test.url}/v1/clients`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const poll = async (pending: string) => {
    const answer = await fetch(`${test.url}/v1/clients/${pending}`);
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const codeOf = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [
    status,
    body.error?.code,
  ];
  /** As a user does in VS Code. */
  const approve = async (limits = {}) => {
    const [one] = await test.users.asking.list();
    assert.ok(one);
    await test.users.asking.approve(one.id, { name: one.name, scopes: ['sessions:read'], limits });
  };

  it('gets nothing but an id to poll, and its token once, when the user has let it in', async () => {
    const asked = await ask();
    assert.equal(asked.status, 202);
    assert.deepEqual(Object.keys(asked.body), ['pending']);
    const { pending } = asked.body;
    assert.deepEqual(await poll(pending), { status: 202, body: { state: 'pending' } });
    await approve({ parallel: 1 });
    // Two that poll at once do not both get it.
    const polled = await Promise.all([poll(pending), poll(pending)]);
    assert.deepEqual(polled.map(({ status }) => status).sort(), [200, 404]);
    const { token, scopes } = polled.find(({ status }) => status === 200)?.body ?? {};
    assert.deepEqual(scopes, ['sessions:read']);
    assert.equal((await call({ url: test.url, token }, 'GET', '/v1/sessions')).status, 200);
    const turn = await call({ url: test.url, token }, 'POST', '/v1/sessions', {});
    assert.deepEqual([turn.status, turn.body.error.code], [403, 'scope_missing']);
    const [client] = await test.users.clients.list();
    assert.deepEqual([client?.name, client?.limits], ['My script', { parallel: 1 }]);
    assert.deepEqual(codeOf(await poll(pending)), [404, 'asking_unknown']);
  });

  it('waits through the client package until it is let in, and is told when it is not', async () => {
    const asking = () =>
      new Promise<void>((resolve) => {
        const subscription = test.bridge.onDidAsk(() => {
          subscription.dispose();
          resolve();
        });
      });
    const first = asking();
    const token = askForToken({ url: test.url, ...wish });
    await first;
    await approve();
    const client = connect({ url: test.url, token: await token });
    assert.deepEqual((await client.sessions.list()).sessions, []);
    const second = asking();
    const refused = assert.rejects(askForToken({ url: test.url, ...wish }), {
      code: 'client_refused',
      status: 403,
    });
    await second;
    const [one] = await test.users.asking.list();
    await test.users.asking.refuse(one?.id ?? '');
    await refused;
  });

  it('is told when the user refused it, and gets no token', async () => {
    const { pending } = (await ask()).body;
    const [one] = await test.users.asking.list();
    await test.users.asking.refuse(one?.id ?? '');
    assert.deepEqual(codeOf(await poll(pending)), [403, 'client_refused']);
    await assert.rejects(test.users.asking.approve(one?.id ?? '', { name: 'x', scopes: ['turns'] }), {
      code: 'not_found',
    });
  });

  it('threat 27: cannot use what it polls with, nor let itself or another in over HTTP', async () => {
    const { pending } = (await ask()).body;
    const [one] = await test.users.asking.list();
    const tokens = [pending, test.token, test.ownerToken()];
    for (const path of ['/v1/sessions', '/v1/models', '/v1/usage', '/v1/nothing', '/']) {
      const refused = await call({ url: test.url, token: pending }, 'GET', path);
      assert.deepEqual(
        [refused.status, refused.body.error?.code ?? refused.body.error?.type],
        [403, 'client_pending'],
      );
    }
    for (const token of tokens) {
      for (const path of [
        `/v1/clients/${pending}`,
        `/v1/clients/${one?.id}`,
        `/v1/clients/${one?.id}/approve`,
        `/v1/clients/${pending}/approve`,
        '/v1/clients/approve',
      ]) {
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
          const answer = await fetch(test.url + path, {
            method,
            headers: { ...bearer(token), 'content-type': 'application/json' },
            body: JSON.stringify({ state: 'approved', approve: true }),
          });
          assert.ok([403, 404, 405].includes(answer.status), `${method} ${path} ${answer.status}`);
        }
      }
      const listed = await call({ url: test.url, token }, 'GET', '/v1/clients');
      assert.ok([403, 404, 405].includes(listed.status));
    }
    assert.deepEqual((await poll(pending)).body, { state: 'pending' });
  });

  it('waits with a handful of others; the rest are refused, and learn nothing of them', async () => {
    for (let n = 0; n < 5; n++) assert.equal((await ask()).status, 202);
    const refused = await ask();
    assert.deepEqual(codeOf(refused), [429, 'too_many_asking']);
    assert.doesNotMatch(JSON.stringify(refused.body), /My script/);
    assert.equal((await test.users.asking.list()).length, 5);
    const [one] = await test.users.asking.list();
    await test.users.asking.refuse(one?.id ?? '');
    assert.equal((await ask()).status, 202);
  });

  const wrong: [what: string, body: unknown, code: string][] = [
    ['no name', { ...wish, name: ' ' }, 'invalid_input'],
    ['a name of several lines', { ...wish, name: 'Causeway\nAllow' }, 'invalid_input'],
    ['a name that turns its line around', { ...wish, name: 'abc\u202ecba' }, 'invalid_input'],
    ['a name of 61 characters', { ...wish, name: 'x'.repeat(61) }, 'invalid_input'],
    ['no scope', { ...wish, scopes: [] }, 'invalid_input'],
    ['a scope there is not', { ...wish, scopes: ['everything'] }, 'invalid_input'],
    ['a limit of its own', { ...wish, limits: {} }, 'invalid_input'],
    ['a body of 5 kB', { ...wish, note: 'x'.repeat(5000) }, 'body_too_large'],
  ];
  for (const [what, body, code] of wrong) {
    it(`is refused with ${what}, and nobody is shown it`, async () => {
      assert.equal(codeOf(await ask(body))[1], code);
      assert.deepEqual(await test.users.asking.list(), []);
    });
  }

  it('threat 1, 2: is no page of the web, and no form', async () => {
    assert.deepEqual(codeOf(await ask(wish, { origin: 'https://evil.example' })), [
      403,
      'origin_not_allowed',
    ]);
    assert.deepEqual(codeOf(await ask(wish, { 'content-type': 'text/plain' })), [415, 'media_type_refused']);
    const foreign = await rawAnswer(
      test.port,
      'POST /v1/clients HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n',
    );
    assert.match(foreign, /^HTTP\/1\.1 403 /);
    assert.deepEqual(await test.users.asking.list(), []);
  });

  it('is shown with its executable and its folder, where the platform tells', async () => {
    const shown = new Promise<{ program?: string; folder?: string }>((resolve) =>
      test.bridge.onDidAsk(resolve),
    );
    const body = JSON.stringify(wish);
    const json = ['-H', 'Content-Type: application/json', '-d', body];
    await run('curl', ['-s', ...json, `${test.url}/v1/clients`], { cwd: tmpdir() });
    const { program, folder } = await shown;
    if (process.platform !== 'linux') return assert.equal(program, undefined);
    assert.match(program ?? '', /\/curl$/);
    assert.equal(folder, realpathSync(tmpdir()));
  });

  it('threat 5, 19: leaves neither its id nor its token in a log or at rest', async () => {
    const { pending } = (await ask()).body;
    await poll(pending);
    await approve();
    const { token } = (await poll(pending)).body;
    assert.match(token, /^cw_/);
    for (const secret of [pending, token]) {
      assert.ok(!test.logged.join('\n').includes(secret));
      for (const name of readdirSync(test.stateDir)) {
        const path = join(test.stateDir, name);
        if (statSync(path).isFile()) assert.equal(readFileSync(path).includes(secret), false, name);
      }
    }
  });
});

describe('a program that asks', () => {
  it('threat 25: waits ten minutes, whatever the clock is set to meanwhile', () => {
    const time = { wall: 1_700_000_000_000, uptime: 1_000_000 };
    const folder = scratch();
    const store = new UserStore(
      join(folder, 'user.db'),
      () => time.wall,
      () => time.uptime,
    );
    try {
      const { pending, asking } = store.ask({ name: 'x', scopes: ['turns'] });
      for (const jump of [24 * 60 * 60_000, -48 * 60 * 60_000]) {
        time.wall += jump;
        assert.deepEqual(store.pollAsking(pending), { state: 'pending' });
      }
      time.uptime += 10 * 60_000 - 1;
      assert.equal(store.asking().length, 1);
      time.uptime += 1;
      assert.deepEqual(store.asking(), []);
      assert.throws(() => store.decideAsking(asking.id), { code: 'not_found' });
      assert.equal(store.pollAsking(pending), undefined);
    } finally {
      store.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('is found in the kernel’s table by both ends of its connection', () => {
    const line = (local: string, remote: string, inode: string) =>
      `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000 20 4 0 10 -1`;
    const table = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      line('0100007F:F1CC', '0100007F:9C40', '11'),
      line('0100007F:9C40', '0100007F:1F90', '22'),
      line('0100007F:9C40', '0100007F:F1CC', '33'),
    ].join('\n');
    assert.equal(inodeIn(table, 40_000, 61_900), '33');
    assert.equal(inodeIn(table, 40_001, 61_900), undefined);
  });
});
