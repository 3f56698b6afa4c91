import assert from 'node:assert/strict';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionStore } from '../../../../src/core/session/store.ts';
import { sessionsContract } from '../contract/sessions.ts';
import { filled, Scratch, user } from './samples.ts';

sessionsContract(() => new Scratch());

describe('A database of sessions', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.end());

  it('that did not open is tried again, and closes', async () => {
    const file = join(scratch.folder, 'blocked.db');
    mkdirSync(file);
    const blocked = scratch.open(undefined, file);
    await assert.rejects(blocked.list(), { code: 'store_unavailable' });
    rmdirSync(file);
    assert.deepEqual(await blocked.list(), []);
  });
});

describe('A private session', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  let scratch: Scratch;
  let store: SessionStore;
  beforeEach(() => {
    scratch = new Scratch();
    store = scratch.open();
  });
  afterEach(() => scratch.end());

  it('works like any other, leaves no byte on disk, and is gone with its process', async () => {
    await filled(store, 'kept');
    const { id } = await store.create({ door: 'panel', private: true, title: 'quarkonium' });
    await store.append(id, [user('zyzzyva secret')]);
    await store.setDraft(id, { text: 'wombatdraft', attachments: [] });
    const turn = user('xylophone question');
    await store.submitTurn(turn, id, { provider: 'p', model: 'm' });
    await store.checkpoint(turn.turnId, [{ type: 'text', text: 'marzipan' }]);
    assert.equal((await store.get(id))?.private, true);
    assert.equal((await store.search('zyzzyva')).length, 1);
    assert.equal((await store.list()).length, 2);
    await store.backup();
    const canaries = ['quarkonium', 'zyzzyva', 'wombatdraft', 'xylophone', 'marzipan', id];
    assert.deepEqual(scratch.filesWith(...canaries), []);
    await store.close();
    assert.deepEqual(scratch.filesWith(...canaries), []);
    assert.equal(await scratch.open().get(id), undefined);
  });

  it('is what a private fork is, and every fork of a private one', async () => {
    const id = await filled(store, 'kept');
    const [kept] = await store.log(id);
    const fork = await store.fork(id, kept?.id ?? '', { door: 'panel', private: true });
    await store.append(fork.id, [user('zyzzyva')]);
    const [first] = await store.log(fork.id);
    const second = await store.fork(fork.id, first?.id ?? '', { door: 'panel' });
    assert.deepEqual([fork.private, second.private], [true, true]);
    assert.deepEqual(scratch.filesWith('zyzzyva', fork.id, second.id), []);
  });
});
