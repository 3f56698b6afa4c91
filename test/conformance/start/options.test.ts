import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions, type StartOptions } from '../../start/options.mjs';

describe('the arguments of npm start', () => {
  const home = mkdtempSync(join(tmpdir(), 'causeway-options-'));
  const folder = join(home, 'notes');
  before(() => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.txt'), '');
  });
  after(() => rmSync(home, { recursive: true }));

  const plain: StartOptions = { desktop: false, open: true, help: false };
  function check(args: string[], expected: Partial<StartOptions>): void {
    it(`npm start -- ${args.join(' ')}`, () => {
      assert.deepEqual(readOptions(args, home), { ...plain, ...expected });
    });
  }
  check([], {});
  check(['notes'], { folder });
  check(['notes/../notes/'], { folder });
  check([folder], { folder });
  check(['--desktop', 'notes', '--no-open'], { folder, desktop: true, open: false });
  check(['--data', 'kept'], { data: join(home, 'kept') });
  check(['--help', 'nowhere'], { help: true });

  function refuse(args: string[], wrong: RegExp): void {
    it(`npm start -- ${args.join(' ')} is refused: ${wrong.source}`, () => {
      assert.match(readOptions(args, home).wrong ?? '', wrong);
    });
  }
  refuse(['nowhere'], /folder \S+nowhere does not exist\. Name one that does/);
  refuse(['notes/a.txt'], /a\.txt is a file, not a folder\. Name the folder/);
  refuse(['notes/a.txt/b'], /folder \S+b cannot be opened: .+/);
  refuse(['notes', 'more'], /One folder can be opened, not 2: notes, more\./);
  refuse(['--desk'], /^Unknown option '--desk'\.$/);
  refuse(['--data'], /--data.+argument missing/);
});
