import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { answer } from '../../../support/anthropic/script.ts';
import { ask, readEvents } from './wire.ts';

const main = fileURLToPath(new URL('../../../support/anthropic/main.ts', import.meta.url));

describe("the fake of Anthropic's API as a process of its own", () => {
  let child: ChildProcess;
  let address: { url: string; key: string; port: number };
  beforeEach(async () => {
    child = spawn(process.execPath, [main, '--key', 'sk-own'], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.ok(child.stdout);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    address = JSON.parse(line);
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });

  const post = (body: unknown) =>
    fetch(`${address.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': address.key,
        'anthropic-version': '2026-10-21',
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });

  async function control(name: string, body: unknown = null): Promise<unknown> {
    const response = await fetch(`${address.url}/__control/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    assert.equal(response.status, 200);
    return response.json();
  }

  it('prints its address and takes the key it was given', async () => {
    assert.equal(address.url, `http://127.0.0.1:${address.port}`);
    assert.equal(address.key, 'sk-own');
    assert.equal((await post(ask())).status, 200);
  });

  it('answers what another process has scripted, and tells it what came', async () => {
    await control('enqueue', [answer('From afar.'), { kind: 'error', status: 529 }]);
    await control('always', answer('Always.'));
    const texts = [];
    for (let n = 0; n < 3; n++) texts.push(await (await post(ask())).text());
    assert.match(texts[0] ?? '', /From afar\./);
    assert.match(texts[1] ?? '', /overloaded_error/);
    assert.match(texts[2] ?? '', /Always\./);
    const requests = (await control('requests')) as { status: number; body: unknown }[];
    assert.deepEqual(
      requests.map(({ status }) => status),
      [200, 529, 200],
    );
    assert.deepEqual(requests[0]?.body, ask());
  });

  it('lets another process release an answer step by step', async () => {
    await control('enqueue', [{ kind: 'drip', text: 'one two', gated: true }]);
    const asked = post(ask('Why?', { stream: true }));
    assert.deepEqual(await control('received', 1), { body: ask('Why?', { stream: true }) });
    await control('arrived');
    await control('step', 2);
    const events = readEvents(await (await asked).text());
    assert.equal(events.filter(({ type }) => type === 'content_block_delta').length, 2);
  });

  it('moves its clock and sets its limits on demand', async () => {
    const { now } = (await control('advance', 0)) as { now: number };
    assert.deepEqual(await control('advance', 60_000), { now: now + 60_000 });
    await control('limits', { requests: 0 });
    assert.equal((await post(ask())).status, 429);
  });

  it('does not know a control that is none, and keeps controls out of the record', async () => {
    assert.equal((await fetch(`${address.url}/__control/nothing`, { method: 'POST' })).status, 404);
    assert.deepEqual(await control('requests'), []);
  });
});
