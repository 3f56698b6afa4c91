import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionStore } from '../../../src/core/session/store.ts';
import { privateSessions, unusedSession } from '../../../src/host/shownSessions.ts';
import { CompositeStore } from '../../../src/store/compositeStore.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { workerUrl } from '../../support/core.ts';

describe('The sessions of a window that also shows those of another folder', function () {
  // Two workers start, and the machine may be busy.
  this.timeout(20_000);
  let folder: string;
  let own: SessionStore;
  let related: SessionStore;
  let all: SessionStore;

  const open = (workspaceId: string) =>
    openSessionStore({
      file: join(folder, `${workspaceId}.db`),
      workspaceId,
      workerUrl: workerUrl('store'),
    });
  const say = (sessionId: string) =>
    all.append(sessionId, [
      { kind: 'title', id: crypto.randomUUID(), at: Date.now(), door: 'panel', title: 'Said' },
    ]);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-own-'));
    own = open('own');
    related = open('related');
    all = new CompositeStore(own, [related]);
  });
  afterEach(async () => {
    await all.close();
    rmSync(folder, { recursive: true });
  });

  it('have none to use again where only the other folder has an empty one', async () => {
    await related.create({ door: 'panel' });
    assert.equal(await unusedSession(all, 'own'), undefined);
  });

  it('have an empty one of their own to use again, whatever is newer', async () => {
    const { id } = await own.create({ door: 'panel' });
    await related.create({ door: 'panel' });
    await own.create({ door: 'bridge' });
    await own.create({ door: 'panel', private: true });
    assert.equal(await unusedSession(all, 'own'), id);
  });

  const used: { what: string; use: (id: string) => Promise<unknown> }[] = [
    { what: 'something in it', use: say },
    { what: 'a draft', use: (id) => all.setDraft(id, { text: 'typed', attachments: [] }) },
  ];
  for (const { what, use } of used) {
    it(`are not used again with ${what}`, async () => {
      const { id } = await own.create({ door: 'panel' });
      await use(id);
      assert.equal(await unusedSession(all, 'own'), undefined);
    });
  }

  it('would lose the private ones in which something was said', async () => {
    const { id } = await all.create({ door: 'panel', private: true });
    await all.create({ door: 'panel' });
    assert.deepEqual(await privateSessions(all), []);
    await say(id);
    assert.deepEqual(
      (await privateSessions(all)).map((session) => session.id),
      [id],
    );
  });
});
