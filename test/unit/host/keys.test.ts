import assert from 'node:assert/strict';
import { anthropicKeyName } from '../../../src/core/providers/anthropic/keyName.ts';
import { Keys } from '../../../src/host/keys.ts';
import { type Fails, Keyring } from '../../support/keyring.ts';

const key = 'sk-ant-api03-canary-0123456789';
const variable = 'ANTHROPIC_API_KEY';

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
    assert.equal(keys.isFromEnvironment(anthropicKeyName), true);
    await keys.set(anthropicKeyName, key);
    assert.equal(await get(), key);
    assert.equal(
      keys.isFromEnvironment(anthropicKeyName),
      false,
      'the address of the environment is not for it',
    );
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
  }

  it('say that the keyring failed, unless the environment has one', async () => {
    keyring.fails = 'reading';
    assert.equal(await keys.state(), 'keyring_failed');
    await assert.rejects(get(), { code: 'keyring_failed' });
    process.env[variable] = key;
    assert.equal(await keys.state(), 'environment');
    assert.equal(await get(), key);
  });

  it('of placeholders are made once, and found again by the next window', async () => {
    const made = await keys.maskingKey();
    assert.equal(made.length, 32);
    const next = new Keys(keyring, { info() {}, warn() {}, error() {} });
    assert.deepEqual(await next.maskingKey(), made);
    next.dispose();
  });

  for (const fails of ['reading', 'always'] as const) {
    it(`of placeholders are not replaced where the keyring fails at ${fails}: the window has one of its own, and says so`, async () => {
      const kept = await keys.maskingKey();
      keyring.fails = fails;
      const window = new Keys(keyring, {
        info() {},
        warn: (message) => void logged.push(message),
        error() {},
      });
      const own = await window.maskingKey();
      assert.equal(own.length, 32);
      assert.notDeepEqual(own, kept);
      assert.match(logged.join('\n'), /key of placeholders could not be read/);
      keyring.fails = 'never';
      assert.deepEqual(await window.maskingKey(), own, 'what it masked is found again while it is open');
      window.dispose();
      const later = new Keys(keyring, { info() {}, warn() {}, error() {} });
      assert.deepEqual(await later.maskingKey(), kept, 'earlier placeholders resolve again');
      later.dispose();
    });
  }

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
