import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../src/core/ports.ts';
import { profileFilesOnDisk } from '../../src/profileFilesOnDisk.ts';

describe('Profile files', () => {
  let top: string;
  let own: string;
  let root: string;
  let shared: string;
  let trusted: boolean;
  const warned: string[] = [];
  const log: Log = { info() {}, warn: (message) => warned.push(message), error() {} };
  const read = async () =>
    (
      await profileFilesOnDisk({ userFolder: own, roots: () => [root], isTrusted: () => trusted }, log).read()
    ).map(({ name, source, text }) => `${source} ${name} ${text}`);

  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'causeway-profiles-'));
    own = join(top, 'own');
    root = join(top, 'root');
    shared = join(root, '.causeway', 'profiles');
    mkdirSync(own);
    mkdirSync(shared, { recursive: true });
    trusted = true;
    warned.length = 0;
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  it('are the user’s and the workspace’s; other files are none', async () => {
    writeFileSync(join(own, 'a.md'), 'A');
    writeFileSync(join(own, '.b.md'), 'B');
    writeFileSync(join(own, 'notes.txt'), 'N');
    writeFileSync(join(shared, 'c.md'), 'C');
    assert.deepEqual(await read(), ['user a A', 'workspace c C']);
    assert.deepEqual(warned, []);
  });

  it('of a workspace that is not trusted are not read', async () => {
    writeFileSync(join(shared, 'c.md'), 'C');
    trusted = false;
    assert.deepEqual(await read(), []);
  });

  it('need not be there', async () => {
    rmSync(own, { recursive: true });
    rmSync(join(root, '.causeway'), { recursive: true });
    assert.deepEqual(await read(), []);
    assert.deepEqual(warned, []);
  });

  const refused: [name: string, make: () => void][] = [
    [
      'a link out of the workspace',
      () => {
        writeFileSync(join(top, 'secret.md'), 'hunter2');
        symlinkSync(join(top, 'secret.md'), join(shared, 'c.md'));
      },
    ],
    [
      'a folder that is a link out of the workspace',
      () => {
        rmSync(shared, { recursive: true });
        mkdirSync(join(top, 'elsewhere'));
        writeFileSync(join(top, 'elsewhere', 'c.md'), 'hunter2');
        symlinkSync(join(top, 'elsewhere'), shared);
      },
    ],
    [
      'a link to a file made to hold secrets',
      () => {
        writeFileSync(join(root, '.env'), 'KEY=hunter2');
        symlinkSync(join(root, '.env'), join(shared, 'c.md'));
      },
    ],
    ['a pipe', () => execFileSync('mkfifo', [join(shared, 'c.md')])],
    ['a folder', () => mkdirSync(join(shared, 'c.md'))],
    ['a file too large', () => writeFileSync(join(shared, 'c.md'), 'x'.repeat(96 * 1024 + 1))],
    ['no text', () => writeFileSync(join(shared, 'c.md'), 'a\0b')],
  ];
  for (const [name, make] of refused) {
    it(`that are ${name} are left out, by name, and the rest works`, async () => {
      make();
      writeFileSync(join(own, 'mine.md'), 'M');
      assert.deepEqual(await read(), ['user mine M']);
      assert.equal(warned.length, 1);
      assert.match(warned[0] ?? '', /c\.md in \.causeway\/profiles/);
      assert.ok(!warned[0]?.includes('hunter2'));
    });
  }

  it('of the user may be links, since the user made them', async () => {
    writeFileSync(join(top, 'mine.md'), 'M');
    symlinkSync(join(top, 'mine.md'), join(own, 'mine.md'));
    assert.deepEqual(await read(), ['user mine M']);
  });

  it('of one folder are a hundred at most', async () => {
    for (let number = 0; number < 105; number++) writeFileSync(join(own, `${number}.md`), 'x');
    assert.equal((await read()).length, 100);
    assert.equal(warned.length, 1);
  });
});
