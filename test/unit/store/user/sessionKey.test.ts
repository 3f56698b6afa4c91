import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { UserStore } from '../../../../src/store/user/userStore.ts';
import { scratch } from './samples.ts';

describe('The key of the session databases', () => {
  let dataFolder: string;
  let file: string;
  let store: UserStore;
  let other: UserStore;

  beforeEach(() => {
    dataFolder = scratch();
    file = join(dataFolder, 'user.db');
    store = new UserStore(file);
    other = new UserStore(file);
  });
  afterEach(() => {
    store.close();
    other.close();
    rmSync(dataFolder, { recursive: true });
  });

  /** Makes the agreement one of a process that is gone. */
  function orphan(): void {
    const db = new DatabaseSync(file);
    db.prepare('UPDATE session_key SET holder = ?').run([hostname(), 2 ** 22 + 1, '1', 'x'].join('|'));
    db.close();
  }

  it('is the first that any process names', () => {
    assert.equal(store.agreeSessionKey('a'), 'a');
    assert.equal(other.agreeSessionKey('b'), 'a');
    assert.equal(other.agreeSessionKey('a'), 'a');
    assert.equal(other.keptSessionKey(), undefined);
    store.keepSessionKey('a');
    assert.equal(other.keptSessionKey(), 'a');
  });

  it('is another once the agreement is taken back, and only by who names it', () => {
    store.agreeSessionKey('a');
    other.releaseSessionKey('b');
    assert.equal(other.agreeSessionKey('b'), 'a');
    store.releaseSessionKey('a');
    assert.equal(other.agreeSessionKey('b'), 'b');
  });

  it('is another where the process that named it is gone before it could keep it', () => {
    store.agreeSessionKey('a');
    orphan();
    assert.equal(other.agreeSessionKey('b'), 'b');
  });

  it('outlives the process that kept it', () => {
    store.agreeSessionKey('a');
    store.keepSessionKey('a');
    orphan();
    assert.equal(other.agreeSessionKey('b'), 'a');
  });
});
