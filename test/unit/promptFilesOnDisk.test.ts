import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promptFilesOnDisk } from '../../src/promptFilesOnDisk.ts';

describe('Prompt files', () => {
  let top: string;
  let trusted: boolean;
  const warned: string[] = [];
  const read = async () => {
    const places = {
      userFolder: join(top, 'own'),
      roots: () => [join(top, 'root')],
      isTrusted: () => trusted,
    };
    const log = { info() {}, warn: (message: string) => warned.push(message), error() {} };
    const files = await promptFilesOnDisk(places, log).read();
    return files.map(({ name, place, text }) => `${place} ${name} ${text}`);
  };

  before(() => {
    top = mkdtempSync(join(tmpdir(), 'causeway-prompts-'));
    for (const folder of ['own', 'root/.causeway/prompts', 'root/.github/prompts'])
      mkdirSync(join(top, folder), { recursive: true });
    writeFileSync(join(top, 'own/a.prompt.md'), 'A');
    writeFileSync(join(top, 'root/.causeway/prompts/b.prompt.md'), 'B');
    writeFileSync(join(top, 'root/.causeway/prompts/README.md'), 'no prompt');
    writeFileSync(join(top, 'root/.github/prompts/c.prompt.md'), 'C');
    writeFileSync(join(top, 'outside.md'), 'secret');
    symlinkSync(join(top, 'outside.md'), join(top, 'root/.causeway/prompts/out.prompt.md'));
  });
  after(() => rmSync(top, { recursive: true, force: true }));

  it('are the user’s, the workspace’s, and those that other assistants read; a link out of the workspace is not read', async () => {
    trusted = true;
    assert.deepEqual(await read(), ['user a A', 'workspace b B', 'github c C']);
    assert.deepEqual(warned, [
      'The prompt out.prompt.md in .causeway/prompts leads elsewhere, so it is not read.',
    ]);
  });

  it('of a workspace that is not trusted are not read', async () => {
    trusted = false;
    assert.deepEqual(await read(), ['user a A']);
  });
});
