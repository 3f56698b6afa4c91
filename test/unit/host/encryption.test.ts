import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionStore } from '../../../src/core/session/store.ts';
import { applyEncryption } from '../../../src/host/encryption.ts';
import { Keys } from '../../../src/host/keys.ts';
import { unlockSessions } from '../../../src/host/unlockSessions.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { openUserDatabase, type UserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { workerUrl } from '../../support/core.ts';
import { Keyring } from '../../support/keyring.ts';

const settings = { encryptSessions: false, get: (): boolean => settings.encryptSessions };

/** A window as far as encryption goes: its view of the keyring, and its own connections to the databases. */
class Window {
  readonly keyring = new Keyring();
  readonly keys = new Keys(this.keyring, { info() {}, warn() {}, error() {} });
  readonly user: UserDatabase;
  readonly assistant: { readonly sessions: SessionStore };
  readonly #locked: Promise<void>;

  constructor(folder: string, workspace: string, key?: Uint8Array) {
    this.user = openUserDatabase({ file: join(folder, 'user.db'), workerUrl: workerUrl('user') });
    const sessions = openSessionStore({
      file: join(folder, `${workspace}.db`),
      workspaceId: workspace,
      workerUrl: workerUrl('store'),
      ...(key === undefined ? {} : { key }),
    });
    this.assistant = { sessions };
    this.#locked = new Promise((resolve) => {
      sessions.onDidChange((change) => {
        if (change.type === 'notice' && change.notice.code === 'store_locked') resolve();
      });
    });
  }

  /** Resolves when it has seen that another window has encrypted the sessions, or made them plain. */
  get locked(): Promise<void> {
    return this.#locked;
  }

  apply(): Promise<void> {
    return applyEncryption(this, settings, this.keys);
  }

  async isEncrypted(): Promise<boolean> {
    const { mode, encrypted } = await this.assistant.sessions.status();
    assert.equal(mode, 'normal');
    return encrypted;
  }

  async close(): Promise<void> {
    this.keys.dispose();
    await this.user.close();
    await this.assistant.sessions.close();
  }
}

describe('Encryption of sessions in several windows', function () {
  // Each window starts two workers, and the machine may be busy.
  this.timeout(30_000);
  let folder: string;
  let open: Window[];

  const window = (workspace: string, key?: Uint8Array): Window => {
    const made = new Window(folder, workspace, key);
    for (const other of open) {
      const pass = (from: Window, to: Window) =>
        from.keyring.onDidChange(() => setImmediate(() => from.keyring.tell(to.keyring)));
      pass(made, other);
      pass(other, made);
    }
    open.push(made);
    return made;
  };
  const closeAll = () => Promise.all(open.splice(0).map((one) => one.close()));

  beforeEach(() => {
    settings.encryptSessions = false;
    folder = mkdtempSync(join(tmpdir(), 'causeway-windows-'));
    open = [];
  });
  afterEach(async () => {
    await closeAll();
    rmSync(folder, { recursive: true });
  });

  it('uses one key, so that no workspace is locked at the next start', async () => {
    const [one, two] = [window('one'), window('two')];
    const made = await Promise.all(
      [one, two].map(({ assistant }) => assistant.sessions.create({ door: 'panel' })),
    );
    settings.encryptSessions = true;
    await Promise.all([one.apply(), two.apply()]);
    const key = await one.keys.sessionKey();
    assert.ok(key);
    await closeAll();
    const again = [window('one', key), window('two', key)];
    for (const [index, { assistant }] of again.entries()) {
      assert.deepEqual(
        (await assistant.sessions.list()).map(({ id }) => id),
        [made[index]?.id],
      );
    }
  });

  it('goes on in both windows of one workspace, whichever was faster', async () => {
    const [one, two] = [window('one'), window('one')];
    const { id } = await one.assistant.sessions.create({ door: 'panel' });
    assert.ok(await two.assistant.sessions.get(id));
    for (const wanted of [true, false]) {
      settings.encryptSessions = wanted;
      await Promise.all([one.apply(), two.apply()]);
      for (const each of [one, two]) {
        assert.equal(await unlockSessions(each.assistant.sessions, each.keys), true);
        assert.equal(await each.isEncrypted(), wanted);
        assert.ok(await each.assistant.sessions.get(id));
      }
    }
  });

  it('is noticed by a window that did not ask for it, which goes on with the key of the keyring', async () => {
    const [one, two] = [window('one'), window('one')];
    const { id } = await one.assistant.sessions.create({ door: 'panel' });
    assert.ok(await two.assistant.sessions.get(id));
    settings.encryptSessions = true;
    await one.apply();
    await two.locked;
    assert.equal(await unlockSessions(two.assistant.sessions, two.keys), true);
    assert.ok(await two.assistant.sessions.get(id));
  });

  it('leaves sessions locked where the keyring has no key for them', async () => {
    const one = window('one');
    await one.assistant.sessions.create({ door: 'panel' });
    settings.encryptSessions = true;
    await one.apply();
    await closeAll();
    const stranger = window('one');
    assert.equal(await unlockSessions(stranger.assistant.sessions, stranger.keys), false);
  });
});
