import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keys } from '../../../src/host/keys.ts';
import { openUserDatabase, type UserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { workerUrl } from '../../support/core.ts';
import { type Fails, Keyring } from '../../support/keyring.ts';

interface Window {
  keyring: Keyring;
  keys: Keys;
  user: UserDatabase;
}

describe('The key of encrypted sessions', function () {
  // Each window starts a worker, and the machine may be busy.
  this.timeout(20_000);
  let folder: string;
  let here: Window;
  let there: Window;

  const open = (): Window => {
    const keyring = new Keyring();
    return {
      keyring,
      keys: new Keys(keyring, { info() {}, warn() {}, error() {} }),
      user: openUserDatabase({ file: join(folder, 'user.db'), workerUrl: workerUrl('user') }),
    };
  };
  const make = ({ keys, user }: Window, deadline = new AbortController().signal) =>
    keys.makeSessionKey(user.sessionKey, deadline);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-keys-'));
    here = open();
    there = open();
  });
  afterEach(async () => {
    for (const { keys, user } of [here, there]) {
      keys.dispose();
      await user.close();
    }
    rmSync(folder, { recursive: true });
  });

  it('has 32 bytes and stays the same', async () => {
    const made = await make(here);
    assert.equal(made.length, 32);
    assert.deepEqual(await make(here), made);
    assert.deepEqual(await here.keys.sessionKey(), made);
  });

  it('is one for all windows, also when they want it in the same moment', async () => {
    const both = Promise.all([make(here), make(there)]);
    // Whoever made it, the other one is told of it.
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      from.keyring.onDidChange(() => setImmediate(() => from.keyring.tell(to.keyring)));
    }
    const [mine, theirs] = await both;
    assert.deepEqual(mine, theirs);
    assert.deepEqual(await here.keys.sessionKey(), mine);
    assert.deepEqual(await there.keys.sessionKey(), mine);
  });

  it('is waited for, never made anew, while the keyring does not show what another window stored', async () => {
    const made = await make(here);
    const waiting = make(there);
    here.keyring.tell(there.keyring);
    assert.deepEqual(await waiting, made);
  });

  it('is not replaced when it does not come, and that is said', async () => {
    const made = await make(here);
    await assert.rejects(make(there, AbortSignal.abort()), { code: 'session_key_missing' });
    assert.equal(await there.keys.sessionKey(), undefined);
    assert.deepEqual(await make(here), made);
  });

  it('is made anew where the keyring has lost it and the user wants another', async () => {
    const made = await make(here);
    await there.keys.releaseLostSessionKey(there.user.sessionKey);
    assert.notDeepEqual(await make(there), made);
  });

  it('is kept as agreed while the keyring has it', async () => {
    await make(here);
    await here.keys.releaseLostSessionKey(here.user.sessionKey);
    await assert.rejects(make(there, AbortSignal.abort()), { code: 'session_key_missing' });
  });

  const broken: { fails: Fails; why: string }[] = [
    { fails: 'forgets', why: 'forgets without a word' },
    { fails: 'writing', why: 'cannot be written' },
    { fails: 'always', why: 'does not work at all' },
  ];
  for (const { fails, why } of broken) {
    it(`is not made where the keyring ${why}: nothing could be read again`, async () => {
      here.keyring.fails = fails;
      await assert.rejects(make(here), { code: 'keyring_failed' });
      here.keyring.fails = 'never';
      assert.equal(await here.keys.sessionKey(), undefined);
      assert.equal((await make(there)).length, 32);
    });
  }
});
