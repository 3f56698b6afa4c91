import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelNotes } from '../../src/core/ports.ts';
import { memory } from '../../src/core/tools/memory.ts';
import type { ToolContext } from '../../src/core/tools/tool.ts';
import { modelNotesOnDisk } from '../../src/modelNotesOnDisk.ts';

const context: ToolContext = {
  sessionId: 's',
  leafId: 'e',
  now: 0,
  inContext: new Set(),
  signal: new AbortController().signal,
  masked: async (text) => text,
  append: () => assert.fail('nothing is appended here'),
};

describe('The notes of a model', () => {
  let top: string;
  let folder: string;
  let notes: ModelNotes;
  const run = async (input: object) => memory(notes).call(input, context);
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'causeway-notes-'));
    folder = join(top, 'notes');
    notes = modelNotesOnDisk(folder);
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  it('are made, seen, changed, moved and deleted by the six commands', async () => {
    assert.deepEqual(await run({ command: 'view', path: '/memories' }), {
      content: '/memories:',
      isError: false,
    });
    assert.equal(existsSync(folder), false, 'looking makes nothing');
    const path = '/memories/plan/a.md';
    for (const command of [
      { command: 'create', path, file_text: 'one\ntwo\n' },
      { command: 'str_replace', path, old_str: 'two', new_str: '$& three' },
      { command: 'insert', path, insert_line: 1, insert_text: 'between\n' },
      { command: 'rename', old_path: path, new_path: '/memories/b.md' },
    ])
      assert.equal((await run(command)).isError, false, command.command);
    assert.equal(readFileSync(join(folder, 'b.md'), 'utf8'), 'one\nbetween\n$& three\n');
    assert.equal(statSync(join(folder, 'b.md')).mode & 0o777, 0o600);
    assert.match((await run({ command: 'view', path: '/memories' })).content, /21 bytes\t\/memories\/b\.md/);
    assert.equal(
      (await run({ command: 'view', path: '/memories/b.md', view_range: [2, 2] })).content,
      '     2\tbetween',
    );
    assert.equal((await run({ command: 'delete', path: '/memories/b.md' })).isError, false);
    assert.equal(await notes.read('b.md'), undefined);
  });

  const bad: [name: string, input: object, says: RegExp][] = [
    ['a path outside', { command: 'view', path: '/etc/passwd' }, /a path below \/memories/],
    ['a path that climbs', { command: 'create', path: '/memories/../x', file_text: '' }, /names of letters/],
    ['a hidden name', { command: 'create', path: '/memories/.x', file_text: '' }, /names of letters/],
    ['a name with a drive', { command: 'create', path: '/memories/c:x', file_text: '' }, /names of letters/],
    [
      'a path that is too deep',
      { command: 'create', path: '/memories/a/b/c/d/e/f/g', file_text: '' },
      /few of them/,
    ],
    [
      'a file that is too large',
      { command: 'create', path: '/memories/x', file_text: 'x'.repeat(65_537) },
      /at most 65536/,
    ],
    ['nothing to write', { command: 'create', path: '/memories/x' }, /file_text: got nothing/],
    [
      'a file that is not there',
      { command: 'insert', path: '/memories/x', insert_line: 0, insert_text: 'x' },
      /a file that is there/,
    ],
    ['the folder itself', { command: 'delete', path: '/memories' }, /a file or folder below/],
    [
      'a command there is not',
      { command: 'chmod', path: '/memories/x' },
      /command: got "chmod"; expected one of/,
    ],
  ];
  for (const [name, input, says] of bad) {
    it(`are not touched by ${name}, and the model is told`, async () => {
      const { content, isError } = await run(input);
      assert.equal(isError, true);
      assert.match(content, says);
      assert.equal(existsSync(join(top, 'x')), false);
    });
  }

  it('are not read or written through links', async () => {
    mkdirSync(folder);
    writeFileSync(join(top, 'secret'), 'hunter2');
    symlinkSync(join(top, 'secret'), join(folder, 'file'));
    symlinkSync(top, join(folder, 'way'));
    for (const path of ['/memories/file', '/memories/way/secret']) {
      for (const command of [
        { command: 'view', path },
        { command: 'create', path, file_text: 'x' },
        { command: 'delete', path },
      ])
        assert.equal((await run(command)).isError, true, `${command.command} ${path}`);
    }
    assert.equal(readFileSync(join(top, 'secret'), 'utf8'), 'hunter2');
  });

  it('are a hundred files at most', async () => {
    for (let number = 0; number < 100; number++) await notes.write(`n${number}`, 'x');
    await assert.rejects(notes.write('one-more', 'x'), { code: 'invalid_input' });
    await notes.write('n1', 'changed');
  });

  it('that stand twice where one is meant are not replaced', async () => {
    await notes.write('a', 'x x');
    assert.match(
      (await run({ command: 'str_replace', path: '/memories/a', old_str: 'x', new_str: 'y' })).content,
      /2 times/,
    );
  });
});
