import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';
import { KnownClients } from '../../../src/bridge/knownClients.ts';
import type { Client } from '../../../src/core/register.ts';

const client: Client = { id: 'one', name: 'script', scopes: ['models'], createdAt: 0 };

function start() {
  const revoked = new Emitter<string>();
  const limited = new Emitter<void>();
  const asked: string[] = [];
  const answers: { now: number; client: Client | undefined; wait: Promise<void> } = {
    now: 0,
    client,
    wait: Promise.resolve(),
  };
  const known = new KnownClients(
    {
      add: () => Promise.reject(new Error('not asked')),
      list: async () => [],
      revoke: async () => true,
      rotate: () => Promise.reject(new Error('not asked')),
      limit: async () => undefined,
      overallLimits: async () => ({}),
      onDidRevoke: revoked.event,
      onDidLimit: limited.event,
      async find(token) {
        asked.push(token);
        const found = answers.client;
        await answers.wait;
        return found;
      },
    },
    () => answers.now,
  );
  return { known, asked, answers, revoked, limited };
}

describe('Who the bearer of a token is', () => {
  it('is asked of the register once, and again when the answer is old', async () => {
    const { known, asked, answers } = start();
    for (let n = 0; n < 3; n++) assert.equal((await known.find('t', 'd'))?.id, 'one');
    assert.equal(asked.length, 1);
    answers.now = 50;
    answers.client = undefined;
    assert.equal(await known.find('t', 'd'), undefined);
    assert.equal(asked.length, 2);
  });

  it('is asked once for requests that come together', async () => {
    const { known, asked } = start();
    const found = await Promise.all(['d', 'd', 'd'].map((digest) => known.find('t', digest)));
    assert.deepEqual(found, [client, client, client]);
    assert.equal(asked.length, 1);
  });

  it('is asked each time of a token that nobody has', async () => {
    const { known, asked, answers } = start();
    answers.client = undefined;
    await known.find('t', 'd');
    await known.find('t', 'd');
    assert.equal(asked.length, 2);
  });

  it('threat 27: is asked anew after a revocation, also when the register was being asked meanwhile', async () => {
    const { known, answers, revoked } = start();
    const { promise, resolve } = Promise.withResolvers<void>();
    answers.wait = promise;
    const asking = known.find('t', 'd');
    answers.client = undefined;
    revoked.fire('one');
    resolve();
    await asking;
    assert.equal(await known.find('t', 'd'), undefined);
  });

  it('is asked anew when limits change, so that they hold from the next request on', async () => {
    const { known, answers, limited } = start();
    await known.find('t', 'd');
    answers.client = { ...client, limits: { parallel: 1 } };
    limited.fire();
    assert.deepEqual((await known.find('t', 'd'))?.limits, { parallel: 1 });
  });
});
