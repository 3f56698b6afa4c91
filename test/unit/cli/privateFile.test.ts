import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretFrom } from '../../../src/cli/privateFile.ts';

describe('a secret that lies in a file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-secret-'));
    file = join(folder, 'key');
    writeFileSync(file, 'sk-1 2\n', { mode: 0o600 });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is taken without the end of its line', async () => {
    assert.equal(await secretFrom({ KEY_FILE: file }, 'KEY'), 'sk-1 2');
    assert.equal(await secretFrom({ KEY: 'plain' }, 'KEY'), 'plain');
    assert.equal(await secretFrom({ KEY: '', KEY_FILE: '' }, 'KEY'), undefined);
    writeFileSync(file, '\n');
    assert.equal(await secretFrom({ KEY_FILE: file }, 'KEY'), undefined);
  });

  it('threat 5: is refused where others could read it, and its words name the file and not what is in it', async () => {
    chmodSync(file, 0o644);
    await assert.rejects(secretFrom({ KEY_FILE: file }, 'KEY'), {
      code: 'secret_file_too_open',
      message: /^KEY_FILE: others on this machine can read .*key \(its mode is 0644\)/,
    });
  });

  it('is named where it is not there, or where the variable is set too', async () => {
    await assert.rejects(secretFrom({ KEY_FILE: join(folder, 'none') }, 'KEY'), {
      message: /^KEY_FILE: got .*none/,
    });
    await assert.rejects(secretFrom({ KEY: 'x', KEY_FILE: file }, 'KEY'), {
      message: /either it or KEY, not both/,
    });
  });
});
