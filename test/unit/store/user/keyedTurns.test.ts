import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { KeyedTurnTable } from '../../../../src/store/user/keyedTurnTable.ts';
import { createKeyedTurns } from '../../../../src/store/user/migrations/010-keyed-turns.ts';

const day = 24 * 60 * 60_000;
const turn = (turnId: string) => ({ sessionId: 'session', turnId });

describe('The table of turns whose requests had a key', () => {
  let db: DatabaseSync;
  let table: KeyedTurnTable;
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    createKeyedTurns(db);
    table = new KeyedTurnTable(db);
  });
  afterEach(() => db.close());
  const claim = (
    key: string,
    turnId: string,
    more: { client?: string; tick?: number; most?: number } = {},
  ) => {
    const { client = 'one', tick = 0, most } = more;
    return table.claim({ client, key, fingerprint: `of ${turnId}` }, turn(turnId), tick, most).turnId;
  };

  it('keeps the first turn of a key, whoever else claims it', () => {
    assert.equal(claim('k', 'a'), 'a');
    assert.equal(claim('k', 'b'), 'a');
    assert.deepEqual(table.find('one', 'k', 0), { fingerprint: 'of a', ...turn('a') });
  });

  it('has each client’s keys apart', () => {
    claim('k', 'a');
    assert.equal(table.find('two', 'k', 0), undefined);
    assert.equal(claim('k', 'b', { client: 'two' }), 'b');
  });

  it('forgets a key after a day', () => {
    claim('k', 'a');
    assert.equal(table.find('one', 'k', day - 1)?.turnId, 'a');
    assert.equal(table.find('one', 'k', day), undefined);
    assert.equal(claim('k', 'b', { tick: day }), 'b');
  });

  it('keeps the newest of a client that has too many, and all of the others', () => {
    claim('theirs', 'x', { client: 'two', most: 3 });
    for (const key of ['1', '2', '3', '4', '5']) claim(key, key, { most: 3 });
    const kept = ['1', '2', '3', '4', '5'].filter((key) => table.find('one', key, 0));
    assert.deepEqual(kept, ['3', '4', '5']);
    assert.ok(table.find('two', 'theirs', 0));
  });

  it('lets go of a key whose session is gone, and of no other', () => {
    claim('k', 'a');
    table.release('one', 'k', 'another');
    assert.ok(table.find('one', 'k', 0));
    table.release('one', 'k', 'session');
    assert.equal(table.find('one', 'k', 0), undefined);
  });
});
