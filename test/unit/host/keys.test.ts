import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { Emitter } from '../../../src/base/emitter.ts';
import { anthropicKeyName } from '../../../src/core/providers/anthropic/keyName.ts';
import { Keys } from '../../../src/host/keys.ts';

const key = 'sk-ant-api03-canary-0123456789';
const variable = 'ANTHROPIC_API_KEY';

type Fails = 'never' | 'forgets' | 'reading' | 'writing' | 'always';

/** A keyring, which works or fails as keyrings of real systems do. */
class Keyring implements vscode.SecretStorage {
  fails: Fails = 'never';
  readonly #changes = new Emitter<vscode.SecretStorageChangeEvent>();
  readonly #kept = new Map<string, string>();
  readonly onDidChange = this.#changes.event;

  async keys(): Promise<string[]> {
    return [...this.#kept.keys()];
  }
  async get(name: string): Promise<string | undefined> {
    if (this.fails === 'reading' || this.fails === 'always') throw new Error(`no bus for ${name}`);
    return this.#kept.get(name);
  }
  async store(name: string, value: string): Promise<void> {
    if (this.fails === 'writing' || this.fails === 'always') throw new Error(`cannot keep ${value}`);
    if (this.fails !== 'forgets') this.#kept.set(name, value);
    this.#changes.fire({ key: name });
  }
  async delete(name: string): Promise<void> {
    if (this.fails === 'writing' || this.fails === 'always') throw new Error('no bus');
    this.#kept.delete(name);
    this.#changes.fire({ key: name });
  }
}

describe('Keys', () => {
  let keyring: Keyring;
  let keys: Keys;
  let logged: string[];
  let changed: string[];
  const before = process.env[variable];

  beforeEach(() => {
    delete process.env[variable];
    keyring = new Keyring();
    logged = [];
    changed = [];
    const write = (message: string, error?: unknown) =>
      void logged.push(`${message} ${error instanceof Error ? error.name : ''}`);
    keys = new Keys(keyring, { info: write, warn: write, error: write });
    keys.onDidChange((name) => changed.push(name));
  });
  afterEach(() => {
    keys.dispose();
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  });
  const get = () => keys.get(anthropicKeyName);

  it('are missing until one is set', async () => {
    assert.equal(await get(), undefined);
    assert.equal(await keys.state(), 'missing');
  });

  it('are kept by the keyring, whichever window set them', async () => {
    assert.equal(await keys.set(anthropicKeyName, key), true);
    assert.equal(await get(), key);
    assert.equal(await keys.state(), 'set');
    assert.ok(changed.includes(anthropicKeyName));
    const other = new Keys(keyring, { info() {}, warn() {}, error() {} });
    assert.equal(await other.get(anthropicKeyName), key);
    other.dispose();
  });

  it('come from the environment where none is set, and not where one is', async () => {
    process.env[variable] = ' sk-ant-from-the-environment ';
    assert.equal(await get(), 'sk-ant-from-the-environment');
    assert.equal(await keys.state(), 'environment');
    await keys.set(anthropicKeyName, key);
    assert.equal(await get(), key);
    await keys.remove(anthropicKeyName);
    assert.equal(await keys.state(), 'environment');
  });

  it('do not come from an empty variable', async () => {
    process.env[variable] = ' ';
    assert.equal(await get(), undefined);
    assert.equal(await keys.state(), 'missing');
  });

  const broken: { fails: Fails; why: string }[] = [
    { fails: 'forgets', why: 'forgets without a word' },
    { fails: 'writing', why: 'cannot be written' },
    { fails: 'always', why: 'does not work at all' },
  ];
  for (const { fails, why } of broken) {
    it(`hold for this window where the keyring ${why}, and that is told`, async () => {
      keyring.fails = fails;
      assert.equal(await keys.set(anthropicKeyName, key), false);
      assert.equal(await get(), key);
      assert.equal(await keys.state(), 'set');
      assert.deepEqual(changed.slice(-1), [anthropicKeyName]);
    });

    it(`are gone from this window after they are removed where the keyring ${why}`, async () => {
      keyring.fails = fails;
      await keys.set(anthropicKeyName, key);
      const removed = keys.remove(anthropicKeyName);
      if (fails === 'forgets') await removed;
      else await assert.rejects(removed, { code: 'keyring_failed' });
      keyring.fails = 'never';
      assert.equal(await get(), undefined);
    });

    it(`of sessions are not made where the keyring ${why}: nothing could be read again`, async () => {
      keyring.fails = fails;
      await assert.rejects(keys.makeSessionKey(), { code: 'keyring_failed' });
      keyring.fails = 'never';
      assert.equal(await keys.sessionKey(), undefined);
    });
  }

  it('say that the keyring failed, unless the environment has one', async () => {
    keyring.fails = 'reading';
    assert.equal(await keys.state(), 'keyring_failed');
    await assert.rejects(get(), { code: 'keyring_failed' });
    process.env[variable] = key;
    assert.equal(await keys.state(), 'environment');
    assert.equal(await get(), key);
  });

  it('of sessions are 32 bytes and stay the same', async () => {
    const made = await keys.makeSessionKey();
    assert.equal(made.length, 32);
    assert.deepEqual(await keys.makeSessionKey(), made);
    assert.deepEqual(await keys.sessionKey(), made);
  });

  it('are in no line of the log, whatever fails', async () => {
    for (const fails of ['never', 'forgets', 'reading', 'writing', 'always'] as const) {
      keyring.fails = fails;
      await keys.set(anthropicKeyName, key);
      await keys.state();
      await get().catch(() => undefined);
      await keys.remove(anthropicKeyName).catch(() => undefined);
    }
    assert.ok(logged.length > 0);
    for (const line of logged) assert.ok(!line.includes(key), line);
  });
});
