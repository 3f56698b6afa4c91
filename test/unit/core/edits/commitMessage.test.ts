import assert from 'node:assert/strict';
import { boundedDiff, messageOf, withoutSecrets } from '../../../../src/core/edits/commitMessage.ts';

describe('A commit message', () => {
  const cases: { title: string; answer: string; expected: string }[] = [
    { title: 'is the answer', answer: 'Fix the retry\n', expected: 'Fix the retry' },
    { title: 'keeps its body', answer: 'Fix\n\nBecause.', expected: 'Fix\n\nBecause.' },
    { title: 'is taken out of a code block', answer: '```\nFix\n\nWhy.\n```', expected: 'Fix\n\nWhy.' },
    { title: 'is taken out of a block with a language', answer: '\n```text\nFix\n```\n', expected: 'Fix' },
    { title: 'keeps a block within it', answer: 'Fix\n\n```\na\n```', expected: 'Fix\n\n```\na\n```' },
    { title: 'is empty for an empty answer', answer: ' ', expected: '' },
  ];
  for (const { title, answer, expected } of cases) {
    it(title, () => assert.equal(messageOf(answer), expected));
  }
});

const part = (path: string, content: string, from = path) =>
  `diff --git a/${from} b/${path}\nindex 1..2 100644\n--- a/${from}\n+++ b/${path}\n@@ -1 +1 @@\n+${content}\n`;

describe('The diff that is sent', () => {
  it('is whole while it is short', () => {
    const diff = part('a.ts', 'one') + part('b.ts', 'two');
    assert.equal(boundedDiff(diff), diff);
    assert.equal(withoutSecrets(diff), diff);
  });

  it('has nothing of a file that stays out, by whatever name it had', () => {
    const diff = part('src/a.ts', 'kept') + part('dist/b.js', 'zebra', 'lib/b.js');
    for (const hidden of ['dist/b.js', 'lib/b.js']) {
      const sent = withoutSecrets(diff, (path) => path === hidden);
      assert.deepEqual([sent.includes('kept'), sent.includes('zebra')], [true, false]);
    }
  });

  it('is cut after a whole line, and says how many files are left out', () => {
    const diff = part('a.ts', `${'x'.repeat(60)}\n`.repeat(2_000)) + part('b.ts', 'y') + part('c.ts', 'z');
    const sent = boundedDiff(diff);
    assert.ok(sent.length < 101_000);
    const [last, said] = [sent.split('\n').at(-2), sent.split('\n').at(-1)];
    assert.match(last ?? '', /^\+?x{60}$/);
    assert.equal(said, '(The rest of the diff, 2 more files, is left out.)');
  });

  it('is cut also where it has no line break', () =>
    assert.ok(boundedDiff('x'.repeat(300_000)).length < 101_000));

  const secrets: { path: string; from?: string }[] = [
    { path: '.env' },
    { path: 'deploy/.env.production' },
    { path: 'id_rsa' },
    { path: 'certificates/server.key' },
    { path: 'settings.txt', from: '.env' },
  ];
  for (const { path, from } of secrets) {
    it(`has nothing of ${from === undefined ? path : `${path}, which was ${from}`}`, () => {
      const sent = withoutSecrets(
        part('a.ts', 'kept') + part(path, 'TOKEN=hunter2', from) + part('b.ts', 'kept too'),
      );
      assert.ok(!sent.includes('hunter2'));
      assert.match(sent, /\+kept\n/);
      assert.match(sent, /\+kept too\n/);
      assert.ok(sent.includes(path));
    });
  }

  const heads: { of: string; head: string }[] = [
    { of: 'mnemonic prefixes', head: 'diff --git i/.env w/.env\n--- i/.env\n+++ w/.env\n' },
    { of: 'no prefix', head: 'diff --git .env .env\n--- .env\n+++ .env\n' },
    { of: 'a conflict', head: 'diff --cc deploy/.env\nindex 1,2..3\n--- a/deploy/.env\n+++ b/deploy/.env\n' },
    { of: 'a head that cannot be read', head: 'diff --unknown\n' },
  ];
  for (const { of, head } of heads) {
    it(`has nothing of a secret file under ${of}`, () => {
      const sent = withoutSecrets(
        `${part('a.ts', 'kept')}${head}@@ -1 +1 @@\n+TOKEN=hunter2\n${part('b.ts', 'kept too')}`,
      );
      assert.ok(!sent.includes('hunter2'));
      assert.match(sent, /\+kept\n/);
      assert.match(sent, /\+kept too\n/);
    });
  }

  it('has nothing of a secret file whose name git puts in quotes', () => {
    const sent = withoutSecrets(
      'diff --git "a/k\\303\\266nig/.env" "b/k\\303\\266nig/.env"\n+TOKEN=hunter2\n',
    );
    assert.ok(!sent.includes('hunter2'));
  });
});
