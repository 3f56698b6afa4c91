import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { withoutSecrets } from '../../../../src/core/edits/commitMessage.ts';
import { pathsIn, pathsOf } from '../../../../src/core/edits/diffPaths.ts';

/** As `quote.c` of git writes names, with `core.quotePath` on or off. */
function quotedByGit(name: string, quotesPaths: boolean): string {
  const letters: Readonly<Record<string, string>> = {
    '\x07': 'a',
    '\b': 'b',
    '\t': 't',
    '\n': 'n',
    '\v': 'v',
    '\f': 'f',
    '\r': 'r',
    '"': '"',
    '\\': '\\',
  };
  let isQuoted = false;
  const text = [...name]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const letter = letters[character];
      if (letter === undefined && code >= 32 && code !== 127 && (code < 128 || !quotesPaths))
        return character;
      isQuoted = true;
      if (letter !== undefined) return `\\${letter}`;
      return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    })
    .join('');
  return isQuoted ? `"${text}"` : text;
}

const segment = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...' "\\\tabü文.\'-@+'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 12,
  })
  .map((text) => text.replaceAll('/', '_').replaceAll('\0', '_').toWellFormed())
  .filter((text) => text !== '.' && text !== '..' && text !== '');
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((all) => all.join('/'));

describe('The paths that a diff names', () => {
  const prefixes = [
    ['a/', 'b/'],
    ['i/', 'w/'],
    ['', ''],
  ] as const;
  const forms = fc.record({
    name: path,
    quotesPaths: fc.boolean(),
    prefix: fc.constantFrom(...prefixes),
    isBinary: fc.boolean(),
  });

  it('are found whatever the file is called', () => {
    fc.assert(
      fc.property(forms, ({ name, quotesPaths, prefix: [from, to], isBinary }) => {
        const [before, after] = [from, to].map((one) => quotedByGit(`${one}${name}`, quotesPaths));
        const tab = name.includes(' ') ? '\t' : '';
        const text = isBinary
          ? []
          : [`--- ${before}${tab}`, `+++ ${after}${tab}`, '@@ -1 +1 @@', '-a', '+canary'];
        const part = [`diff --git ${before} ${after}`, 'index 1..2 100644', ...text, ''].join('\n');
        assert.deepEqual([...new Set(pathsOf(part))], [...new Set([`${from}${name}`, `${to}${name}`])]);
        assert.ok(pathsIn(part).includes(name));
        assert.ok(!withoutSecrets(part, (one) => one === name).includes('canary'));
        assert.equal(
          withoutSecrets(part, (one) => one === `${name}.other`).includes('canary'),
          !isBinary && !/(?:^|\/)(?:\.env|id_)/.test(name),
        );
      }),
    );
  });

  const check = (title: string, head: string, expected: string[]) =>
    it(title, () => assert.deepEqual(pathsOf(head), expected));
  check(
    'are those of both sides of a rename',
    'diff --git a/x y b/z w\nrename from x y\nrename to "z\\303\\244"\n',
    ['x y', 'zä'],
  );
  check('are none where the quotes of a name do not end', 'diff --git "a/x b/x\n', []);
  check('are none of a file that is not there', 'diff --git a/n b/n\n--- /dev/null\n+++ b/n\n', [
    'a/n',
    'b/n',
    'b/n',
  ]);
  check('are one of a conflict', 'diff --cc "k\\303\\266nig/a b.md"\n', ['könig/a b.md']);

  it('leave a part out that names none, and one that only looks like another within a line', () => {
    assert.doesNotMatch(withoutSecrets('diff --git "a/x b/x\n@@ -1 +1 @@\n+canary\n'), /canary/);
    const line = '+one\rdiff --git a/shown.md b/shown.md\r@@ -1 +1 @@\r+canary\u2028diff --git a/s.md b/s.md';
    const hidden = `diff --git a/own.md b/own.md\n--- a/own.md\n+++ b/own.md\n@@ -1 +1 @@\n${line}\n`;
    assert.doesNotMatch(
      withoutSecrets(hidden, (one) => one === 'own.md'),
      /canary/,
    );
  });

  it('are those of git itself', () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-diff-'));
    const names = [
      'Gehälter/liste.md',
      'with a space.md',
      'a "quoted" one.md',
      'tab\there.md',
      'b b/b b.md',
      ' lead',
    ];
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
    try {
      git('init', '--quiet');
      for (const name of names) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), 'canary\n');
        writeFileSync(join(folder, `${name}.bin`), Buffer.from([0, 1, 2]));
      }
      git('add', '.');
      for (const option of [
        'core.quotePath=true',
        'core.quotePath=false',
        'diff.noprefix=true',
        'diff.mnemonicPrefix=true',
      ]) {
        const diff = git('-c', option, 'diff', '--cached');
        const found = pathsIn(diff);
        for (const name of names)
          assert.ok(found.includes(name) && found.includes(`${name}.bin`), `${option} ${name}`);
        assert.doesNotMatch(
          withoutSecrets(diff, (one) => names.includes(one)),
          /canary/,
        );
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
