import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SessionStore } from '../../../src/core/session/store.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { workerUrl } from '../../support/core.ts';
import { change, title } from './sqlite/samples.ts';

describe('The session store', function () {
  this.timeout(20_000);
  let folder: string;
  let store: SessionStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-store-'));
    const file = join(folder, 'worker.mjs');
    // The real worker, which ends when it is called while that file is there, as one does that has run out of memory.
    writeFileSync(
      file,
      `import { existsSync } from 'node:fs';
       import { parentPort } from 'node:worker_threads';
       parentPort.on('message', () => { if (existsSync(${JSON.stringify(death())})) process.exit(9); });
       await import(${JSON.stringify(workerUrl('store').href)});`,
    );
    store = openSessionStore({
      file: join(folder, 'sessions.db'),
      workspaceId: 'w',
      workerUrl: pathToFileURL(file),
    });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const death = () => join(folder, 'death');
  async function die(): Promise<void> {
    writeFileSync(death(), '');
    await assert.rejects(store.list(), { code: 'store_unavailable' });
    assert.ok(existsSync(death()));
    rmSync(death());
  }

  it('goes on after its worker has died: nothing is lost, and changes are told again', async () => {
    const { id } = await store.create({ door: 'panel', title: 'Before' });
    await die();
    assert.deepEqual(
      (await store.list()).map((session) => session.title),
      ['Before'],
    );
    const told = change(store, 'appended');
    await store.append(id, [title('After')]);
    assert.equal((await told).sessionId, id);
  });

  it('opens under the key it was given last', async () => {
    await store.create({ door: 'panel', title: 'Before' });
    await store.setEncryption(randomBytes(32));
    await die();
    assert.equal((await store.list()).length, 1);
    assert.deepEqual([(await store.status()).mode, (await store.status()).encrypted], ['normal', true]);
  });

  for (const [when, before] of [
    ['before it was used', async () => undefined],
    ['after it was used', () => store.list()],
    ['after its worker has died', async () => [await store.list(), await die()]],
  ] satisfies [string, () => Promise<unknown>][])
    it(`refuses calls once it was closed ${when}`, async () => {
      await before();
      await store.close();
      await assert.rejects(store.list(), { code: 'store_unavailable' });
    });
});
