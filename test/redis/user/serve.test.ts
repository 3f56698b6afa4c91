import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bearer, freePorts } from '../../conformance/bridge/support.ts';
import { type Cli, jsonLines, key, openCli, type Running } from '../../conformance/cli/support.ts';
import { answer } from '../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { testCertificate } from '../../support/certificate.ts';
import { TestRedis } from '../../support/redis.ts';

const password = 'okapi-4-quagga';

describe('causeway serve, three instances on one Redis', function () {
  this.timeout(120_000);
  let redis: TestRedis;
  let fake: FakeAnthropic;
  /** Machines of their own: each has a home and a state folder. */
  let machines: Cli[];
  let instances: Running[];
  let urls: string[];
  before(async () => {
    redis = await TestRedis.start({ password });
    fake = await startFakeAnthropic({ key });
    machines = [];
    instances = [];
    const port = await freePorts();
    urls = [0, 1, 2].map((n) => `http://127.0.0.1:${port + n}`);
    for (const n of [0, 1, 2]) {
      const env = { CAUSEWAY_STORE: redis.url, ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_API_KEY: key };
      const machine = await openCli(env);
      machines.push(machine);
      const listen = ['--listen', `127.0.0.1:${port + n}`, '--host-name', 'causeway.example.com'];
      const instance = machine.start(['serve', '--workspace', 'sample', '--grounding', 'off', ...listen]);
      await instance.shows('Ctrl+C stops the bridge.');
      instances.push(instance);
    }
  });
  after(async () => {
    await Promise.all(machines.map((one) => one.close()));
    await fake.close();
    await redis.end();
  });

  const clients = (...args: string[]): Promise<string> => {
    const [machine] = machines;
    assert.ok(machine);
    return machine.output(['clients', ...args]);
  };
  const addClient = async (...limits: string[]) =>
    (await clients('add', 'script', '--workspace', 'sample', ...limits)).trim();
  const get = async (url: string | undefined, token: string, path = '/v1/sessions') => {
    const got = await fetch(`${url}${path}`, { headers: bearer(token) });
    return { status: got.status, body: await got.text() };
  };
  const send = async (url: string | undefined, token: string) => {
    const sent = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({
        model: 'claude-opus-5-5',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Why?' }],
      }),
    });
    await sent.text();
    return sent.status;
  };

  it('a token that was made on one machine works at each, until it is revoked', async () => {
    const token = await addClient();
    for (const url of urls) assert.equal((await get(url, token)).status, 200);
    const [client] = jsonLines(await clients('list', '--json'));
    assert.equal(client?.name, 'script');
    await clients('revoke', String(client?.id));
    // Each takes what it was told for true for a twentieth of a second.
    for (const url of urls) while ((await get(url, token)).status !== 401);
    assert.ok((await clients('list')).includes('revoked'));
    // None of it is in the database of the machine.
    const [machine] = machines;
    assert.equal(await machine?.output(['clients', 'list', '--json'], { env: { CAUSEWAY_STORE: '' } }), '');
  });

  it('threat 26: requests a minute hold over all of them while all are asked at once', async () => {
    const token = await addClient('--requests', '40');
    const asked = Array.from({ length: 120 }, (_, n) => get(urls[n % 3], token));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    let taken = statuses.filter((status) => status === 200).length;
    assert.ok(taken <= 40, `${taken}`);
    assert.equal(statuses.filter((status) => status === 429).length, 120 - taken);
    // What one held in hand and did not use is given back, and may be had at any.
    while (taken < 40) for (const url of urls) if ((await get(url, token)).status === 200) taken++;
    assert.equal(taken, 40);
    for (const url of urls) assert.equal((await get(url, token)).status, 429);
  });

  it('threat 26: money is spent once: what upstream was asked never costs more than the limit', async () => {
    const token = await addClient('--usd', '0.05');
    const before = fake.requests.length;
    for (let n = 0; n < 30; n++) fake.enqueue(answer('Because.'));
    const statuses = await Promise.all(Array.from({ length: 30 }, (_, n) => send(urls[n % 3], token)));
    const done = statuses.filter((status) => status === 200).length;
    assert.equal(fake.requests.length - before, done);
    assert.ok(done > 0 && done < 30, `${done}`);
    assert.equal(statuses.filter((status) => status === 402).length, 30 - done);
    const [{ cost } = { cost: 0 }] = JSON.parse(
      (await get(urls[2], await addClient(), '/v1/usage?by=client')).body,
    ).rows;
    assert.ok(cost > 0 && cost <= 0.05, `${cost}`);
  });

  it('a session of one is there at the others', async () => {
    const token = await addClient();
    const made = await fetch(`${urls[0]}/v1/sessions`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Seen by all' }),
    });
    const { id } = JSON.parse(await made.text()).session;
    for (const url of urls) {
      const { status, body } = await get(url, token, `/v1/sessions/${id}`);
      assert.equal(status, 200);
      assert.ok(body.includes('Seen by all'));
    }
  });

  it('threat 26: without Redis programs are refused within bounded time, and come in again when it is back', async () => {
    const token = await addClient();
    assert.equal((await get(urls[1], token)).status, 200);
    redis.pause();
    const startedAt = performance.now();
    const refused = await Promise.all(urls.map((url) => get(url, token)));
    const tookMs = performance.now() - startedAt;
    redis.resume();
    assert.deepEqual(
      refused.map(({ status }) => status),
      [503, 503, 503],
    );
    assert.ok(tookMs < 20_000, `${tookMs}`);
    for (const { body } of refused) assert.ok(!body.includes(password));
    for (const url of urls) while ((await get(url, token)).status !== 200);
  });

  it('the password of Redis is shown by none of them', () => {
    for (const instance of instances)
      assert.ok(!`${instance.stdout()}${instance.stderr()}`.includes(password));
  });

  it('TLS and its renewal: a new certificate is shown from SIGHUP on, a broken one changes nothing', async () => {
    const [machine] = machines;
    assert.ok(machine);
    const name = 'causeway.example.com';
    const [certFile, keyFile] = [join(machine.stateDir, 'cert.pem'), join(machine.stateDir, 'key.pem')];
    const put = (cert: string, privateKey: string) => {
      writeFileSync(certFile, cert);
      writeFileSync(keyFile, privateKey, { mode: 0o600 });
    };
    const [first, second] = [testCertificate(name), testCertificate(name)];
    put(first.cert, first.key);
    const port = await freePorts(1);
    const token = await addClient();
    const tls = ['--tls-cert', certFile, '--tls-key', keyFile, '--host-name', name];
    const instance = machine.start(['serve', '--workspace', 'sample', '--listen', `0.0.0.0:${port}`, ...tls]);
    const status = async (ca: string) => {
      const sent = request({
        host: '127.0.0.1',
        port,
        path: '/v1/sessions',
        servername: name,
        ca,
        agent: false,
        headers: { host: name, ...bearer(token) },
      });
      sent.end();
      const [got] = await once(sent, 'response');
      await text(got);
      return got.statusCode;
    };
    await instance.shows('Ctrl+C stops the bridge.');
    assert.match(instance.stdout(), new RegExp(`Listening on https://0\\.0\\.0\\.0:${port} \\(network\\)`));
    assert.equal(await status(first.cert), 200);
    put(second.cert, first.key);
    instance.kill('SIGHUP');
    await instance.shows('The certificate stays as it was.', 'stderr');
    assert.equal(await status(first.cert), 200);
    put(second.cert, second.key);
    instance.kill('SIGHUP');
    await instance.shows('The certificate was read again.', 'stderr');
    assert.equal(await status(second.cert), 200);
    await assert.rejects(status(first.cert));
    instance.kill('SIGTERM');
    assert.equal((await instance.finished).code, 0);
  });

  it('SIGHUP ends no instance with TLS: not one that starts, and not one that stops', async () => {
    const [machine] = machines;
    assert.ok(machine);
    const { cert, key: privateKey } = testCertificate('causeway.example.com');
    const [certFile, keyFile] = [join(machine.stateDir, 'hup.pem'), join(machine.stateDir, 'hup-key.pem')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, privateKey, { mode: 0o600 });
    const listen = ['--listen', `127.0.0.1:${await freePorts(1)}`];
    const tls = ['--tls-cert', certFile, '--tls-key', keyFile];
    const instance = machine.start(['serve', '--workspace', 'sample', ...listen, ...tls]);
    await instance.shows('Causeway serves');
    instance.kill('SIGHUP');
    await instance.shows('Ctrl+C stops the bridge.');
    instance.kill('SIGTERM');
    await instance.shows('Stopping.', 'stderr');
    instance.kill('SIGHUP');
    const { code, signal } = await instance.finished;
    assert.deepEqual({ code, signal }, { code: 0, signal: null });
  });

  it('threat 4: an address of the network without a shared store or TLS is refused before anything listens', async () => {
    const [machine] = machines;
    assert.ok(machine);
    const listen = ['serve', '--listen', '0.0.0.0:61977', '--host-name', 'causeway.example.com'];
    const alone = await machine.run(listen, { env: { CAUSEWAY_STORE: '' } });
    assert.equal(alone.code, 2);
    const expected = /--listen: got 0\.0\.0\.0:61977; expected it together with --store redis:/;
    assert.match(alone.stderr, expected);
    // A file that names no store, such as a secret that was not filled in, is no store.
    const file = join(machine.stateDir, 'store-url');
    const other = await openCli({ ANTHROPIC_API_KEY: key, CAUSEWAY_STORE_FILE: file });
    machines.push(other);
    for (const content of ['', '\n']) {
      writeFileSync(file, content, { mode: 0o600 });
      const empty = other.start([...listen, '--plain-behind-proxy']);
      // One that listens is ended, or nobody would.
      void empty.shows('Listening on').then(
        () => empty.kill('SIGKILL'),
        () => undefined,
      );
      const { code, stderr } = await empty.finished;
      assert.equal(code, 2);
      assert.match(stderr, expected);
    }
    writeFileSync(file, redis.url);
    const inFile = { CAUSEWAY_STORE: '', CAUSEWAY_STORE_FILE: file };
    assert.match((await machine.run(listen, { env: inFile })).stderr, /expected --tls-cert FILE/);
    const plain = await machine.run(listen);
    assert.equal(plain.code, 2);
    assert.match(plain.stderr, /expected --tls-cert FILE and --tls-key FILE/);
    await assert.rejects(fetch('http://127.0.0.1:61977/health'));
  });
});
