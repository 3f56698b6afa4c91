import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../src/core/ports.ts';
import { readMemoryFiles } from '../../src/memoryFilesOnDisk.ts';

describe('instructions of the folders', () => {
  let root: string;
  const warned: string[] = [];
  const log: Log = { info() {}, warn: (message) => warned.push(message), error() {} };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'causeway-memory-'));
    warned.length = 0;
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are AGENTS.md and CLAUDE.md', async () => {
    writeFileSync(join(root, 'AGENTS.md'), 'Use tabs.');
    writeFileSync(join(root, 'CLAUDE.md'), 'Be brief.');
    assert.deepEqual(await readMemoryFiles([root], log), [
      { path: 'AGENTS.md', text: 'Use tabs.' },
      { path: 'CLAUDE.md', text: 'Be brief.' },
    ]);
  });

  it('are read once when one file is a link to the other', async () => {
    writeFileSync(join(root, 'AGENTS.md'), 'Use tabs.');
    symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'));
    assert.deepEqual(
      (await readMemoryFiles([root], log)).map(({ path }) => path),
      ['AGENTS.md'],
    );
  });

  it('are not what a link leads to outside the folder, or to a file made to hold secrets', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'causeway-outside-'));
    writeFileSync(join(outside, 'credentials'), 'KEY=hunter2');
    writeFileSync(join(root, '.env'), 'KEY=hunter2');
    symlinkSync(join(outside, 'credentials'), join(root, 'CLAUDE.md'));
    symlinkSync('.env', join(root, 'AGENTS.md'));
    assert.deepEqual(await readMemoryFiles([root], log), []);
    assert.equal(warned.length, 2);
    rmSync(outside, { recursive: true });
  });

  it('are not those that .causewayignore names, by either of their names, and are those that .gitignore names', async () => {
    writeFileSync(join(root, '.gitignore'), '*.md\n');
    writeFileSync(join(root, 'AGENTS.md'), 'Use tabs.');
    symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'));
    const paths = async () => (await readMemoryFiles([root], log)).map(({ path }) => path);
    assert.deepEqual(await paths(), ['AGENTS.md']);
    writeFileSync(join(root, '.causewayignore'), 'AGENTS.md\n');
    assert.deepEqual(await paths(), []);
    writeFileSync(join(root, '.causewayignore'), 'CLAUDE.md\n');
    assert.deepEqual(await paths(), ['AGENTS.md']);
    assert.deepEqual(warned, []);
  });

  it('name their folder where there are several', async () => {
    for (const name of ['web', 'api']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'AGENTS.md'), name);
    }
    const files = await readMemoryFiles([join(root, 'web'), join(root, 'api')], log);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['web/AGENTS.md', 'api/AGENTS.md'],
    );
  });

  it('are cut at the end of a line, with a note, where they are too long', async () => {
    writeFileSync(join(root, 'AGENTS.md'), 'Use tabs, ü.\n'.repeat(20_000));
    const [file] = await readMemoryFiles([root], log);
    const lines = file?.text.split('\n') ?? [];
    assert.equal(lines.pop(), '(The rest of this file is left out.)');
    assert.equal(lines.pop(), '');
    assert.ok(lines.length > 4_000 && lines.every((line) => line === 'Use tabs, ü.'));
    assert.ok(Buffer.byteLength(lines.join('\n')) <= 64 * 1024);
  });

  it('are left out where they are no files or cannot be read', async () => {
    if (process.platform === 'win32') return;
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(root, 'AGENTS.md')]);
    mkdirSync(join(root, 'CLAUDE.md'));
    assert.deepEqual(await readMemoryFiles([root], log), []);
  });
});
