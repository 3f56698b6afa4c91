import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSecret, prepareDataFolder, sampleCopy } from '../../start/dataFolder.ts';
import { sampleWorkspace } from '../../support/vscode/paths.ts';

describe('what npm start keeps between runs', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'causeway-kept-')), 'data');
    await prepareDataFolder(folder);
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  it('lies in a folder that only its owner may enter', async () => {
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  });

  it('has settings that the user may change for good', async () => {
    const settings = join(folder, 'data', 'User', 'settings.json');
    assert.match(await readFile(settings, 'utf8'), /"workbench.startupEditor": "none"/);
    await writeFile(settings, '{}');
    await prepareDataFolder(folder);
    assert.equal(await readFile(settings, 'utf8'), '{}');
  });

  it('has a token that stays the same and that only its owner can read', async () => {
    const file = join(folder, 'token');
    const token = await keptSecret(file);
    assert.match(token, /^[0-9a-f]{64}$/);
    assert.equal(await keptSecret(file), token);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('has another token once others could have read it, or where it is damaged', async () => {
    const file = join(folder, 'token');
    const first = await keptSecret(file);
    await chmod(file, 0o644);
    const second = await keptSecret(file);
    assert.notEqual(second, first);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    await writeFile(file, second.slice(1));
    assert.match(await keptSecret(file), /^[0-9a-f]{64}$/);
  });

  it('has a copy of the sample workspace, whose edits stay and do not change the clone', async () => {
    const copy = await sampleCopy(join(folder, 'sample'));
    const readme = join(copy, 'README.md');
    assert.equal(await readFile(readme, 'utf8'), await readFile(join(sampleWorkspace, 'README.md'), 'utf8'));
    await writeFile(readme, 'Mine.');
    assert.equal(await sampleCopy(copy), copy);
    assert.equal(await readFile(readme, 'utf8'), 'Mine.');
  });
});
