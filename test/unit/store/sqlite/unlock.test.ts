import assert from 'node:assert/strict';
import type { SessionStore, StoreChange } from '../../../../src/core/session/store.ts';
import { answer, filled, Scratch, user } from './samples.ts';

/** Words that stand nowhere else; the index keeps them one by one, in lower case. */
const canary = 'Zyzzyva quokka wobbegong';
const canaries = canary.split(' ');

describe('A session database that another window encrypts or makes plain', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  const key = new Uint8Array(32).fill(7);
  let scratch: Scratch;
  let store: SessionStore;
  beforeEach(() => {
    scratch = new Scratch();
    store = scratch.open();
  });
  afterEach(() => scratch.end());

  for (const [what, first, then] of [
    ['encrypted', undefined, key],
    ['in plain', key, undefined],
  ] as const) {
    it(`is read on with the key that is given once it is ${what}, and nothing is missed`, async () => {
      const id = await filled(store, canary);
      if (first) await store.setEncryption(first);
      const heard: StoreChange[] = [];
      const second = scratch.open(first);
      second.onDidChange((change) => heard.push(change));
      const hidden = await second.create({ door: 'cli', private: true });
      const other = await second.create({ door: 'cli' });
      const turn = user('x');
      await second.submitTurn(turn, other.id, { provider: 'p', model: 'm' });
      await store.setEncryption(then);
      const [meanwhile] = await store.append(id, [user(canary)]);
      await assert.rejects(second.append(id, [user('x')]), { code: 'store_locked' });
      const end = answer(canary, turn.turnId);
      await assert.rejects(second.finishTurn(turn.turnId, end), { code: 'store_locked' });
      const status = await second.unlock(then);
      assert.deepEqual([status.mode, status.encrypted, status.notices], ['normal', then !== undefined, []]);
      await second.append(id, [user(canary)]);
      assert.deepEqual((await second.finishTurn(turn.turnId, end)).content, end.content);
      assert.deepEqual(await second.log(id), await store.log(id));
      assert.ok(await second.get(hidden.id), 'A private session is kept.');
      const told = heard.flatMap((change) => (change.type === 'appended' ? change.entries : []));
      assert.equal(told.filter((entry) => entry.id === meanwhile?.id).length, 1);
      if (then) assert.deepEqual(scratch.filesWith(...canaries), []);
    });
  }

  it('stays locked to a key that does not fit, and can be opened by the one that does', async () => {
    const id = await filled(store, canary);
    const second = scratch.open();
    await second.list();
    await store.setEncryption(key);
    assert.equal((await second.unlock(undefined)).mode, 'locked');
    const status = await second.unlock(new Uint8Array(32).fill(8));
    assert.deepEqual([status.mode, status.notices.map(({ code }) => code)], ['locked', ['store_locked']]);
    await assert.rejects(second.log(id), { code: 'store_locked' });
    assert.equal((await second.unlock(key)).mode, 'normal');
    assert.deepEqual(await second.log(id), await store.log(id));
  });
});
