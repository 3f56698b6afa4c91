import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskingKeyIn } from '../../src/maskingKeyOnDisk.ts';

describe('The key of placeholders without a keyring', () => {
  let folder: string;
  let logged: string[];
  const log = { error: (message: string) => void logged.push(message) };
  beforeEach(() => {
    logged = [];
    folder = mkdtempSync(join(tmpdir(), 'causeway-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is made once, whoever asks at the same time, and nobody else can read it', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => maskingKeyIn(folder, log)));
    for (const key of keys) assert.deepEqual(key, keys[0]);
    assert.equal(keys[0]?.length, 32);
    assert.deepEqual(readdirSync(folder), ['placeholders.key']);
    if (process.platform !== 'win32')
      assert.equal(statSync(join(folder, 'placeholders.key')).mode & 0o777, 0o600);
    assert.deepEqual(await maskingKeyIn(folder, log), keys[0]);
  });

  it('is refused where the file is no key', async () => {
    writeFileSync(join(folder, 'placeholders.key'), 'short');
    await assert.rejects(maskingKeyIn(folder, log));
  });

  it('is one of this run, which is told, where the file cannot be read; nothing is stored in its place', async () => {
    // A folder is there and gives no bytes, whoever asks; a test that runs as root reads every file.
    mkdirSync(join(folder, 'placeholders.key'));
    const key = await maskingKeyIn(folder, log);
    assert.equal(key.length, 32);
    assert.match(logged.join(), /could not be read/);
    assert.deepEqual(readdirSync(folder), ['placeholders.key']);
    assert.ok(statSync(join(folder, 'placeholders.key')).isDirectory());
  });
});
