import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { SessionStore } from '../../../../src/core/session/store.ts';
import { by, change, filled, Scratch, user } from './samples.ts';

describe('Inputs that wait for their turn', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  let scratch: Scratch;
  let store: SessionStore;
  beforeEach(() => {
    scratch = new Scratch();
    store = scratch.open();
  });
  afterEach(() => scratch.end());

  it('are at most twenty in a session; one more is refused in words, and taken when there is room', async () => {
    const { id } = await store.create({ door: 'bridge' });
    await store.submitTurn(user('runs'), id, by);
    const waiting = Array.from({ length: 20 }, (_, at) => user(`waits ${at}`));
    for (const each of waiting) await store.submitTurn(each, id, by);
    const late = user('late');
    await assert.rejects(store.submitTurn(late, id, by), {
      code: 'queue_full',
      message: /^20 inputs wait .* Your input was not sent/,
    });
    assert.equal((await store.queue(id)).length, 20);
    const other = await filled(store, 'elsewhere');
    assert.equal((await store.submitTurn(user('another session'), other, by)).state, 'live');
    await store.withdraw(waiting[3]?.turnId ?? '');
    const taken = await store.submitTurn(late, id, by);
    assert.deepEqual(taken.state === 'queued' && taken.queued.position, 20);
  });

  it('are not read to find out what goes on: a damaged one keeps no other turn from being seen', async () => {
    const watcher = scratch.open();
    await watcher.list();
    const { id } = await store.create({ door: 'panel' });
    await store.submitTurn(user('runs'), id, by);
    const queued = change(watcher, 'queue');
    await store.submitTurn(user('waits'), id, by);
    await queued;
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec(`UPDATE turn SET payload = x'00' WHERE state = 'queued'`);
    db.close();
    const other = await filled(store, 'elsewhere');
    const live = change(watcher, 'turn_live', ({ sessionId }) => sessionId === other);
    const turn = user('seen');
    await store.submitTurn(turn, other, by);
    assert.equal((await live).turnId, turn.turnId);
  });
});
