import assert from 'node:assert/strict';
import type { Log } from '../../../src/core/ports.ts';
import { secretMarks } from '../../../src/core/secrets/secretMarks.ts';
import { openSecretScanner } from '../../../src/workers/openSecretScanner.ts';

function collectingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  return { lines, info: write, warn: write, error: write };
}

// Put together here, so that nobody's scanner takes this file for one with secrets in it.
const joined = (...parts: string[]) => parts.join('');
const github = joined('ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0', 'pINUx');
const slack = joined('xoxb-', '123456789012-1234567890123-', 'abcdefghijklmnopqrstuvwx');
const drawn = joined('q8Zr2LxV', '9wTn4KpB', '7sYd');

describe('Secret scanner', () => {
  const scanner = openSecretScanner({
    workerUrl: new URL('../../../src/workers/secrets.ts', import.meta.url),
    log: collectingLog(),
  });
  after(() => scanner.close());

  const cases: { title: string; text: string; found: [line: number, what: string][] }[] = [
    { title: 'nothing in prose', text: 'Why does the token count of the key differ?', found: [] },
    { title: 'a token by its form', text: `a\nconst t = '${github}';`, found: [[2, 'GitHub token']] },
    {
      title: 'two of different kinds, in the order of the lines',
      text: `${slack}\n\nhttps://user:hunter2pass@example.com/a\n`,
      found: [
        [1, 'Slack token'],
        [3, 'password in an address'],
      ],
    },
    {
      title: 'a value by the name it is assigned to',
      text: `UPLOAD_API_KEY=${drawn}`,
      found: [[1, 'a value with the name of a secret']],
    },
    { title: 'a token with the name of one once', text: `token: '${github}'`, found: [[1, 'GitHub token']] },
    {
      title: 'a private key',
      text: joined(
        '-----BEGIN RSA PRIVATE ',
        `KEY-----\nMI${drawn.repeat(12)}\n-----END RSA PRIVATE `,
        'KEY-----',
      ),
      found: [[1, 'private key']],
    },
  ];
  for (const { title, text, found } of cases) {
    it(`finds ${title}`, async () => {
      const [secrets] = await scanner.scan([text]);
      assert.deepEqual(
        secrets?.map(({ line, what }) => [line, what]),
        found,
      );
    });
  }

  it('marks the segment a secret is in, and never tells the secret', async () => {
    const marks = await secretMarks(scanner, ['nothing', `a\n${github}`, github]);
    assert.deepEqual(marks, [
      { segment: 1, line: 2, what: 'GitHub token' },
      { segment: 2, line: 1, what: 'GitHub token' },
    ]);
    assert.ok(!JSON.stringify(marks).includes(github));
  });

  it('finds a secret in a megabyte without a single break', async () => {
    const [secrets] = await scanner.scan([`${'a'.repeat(1_000_000)} key=${drawn}`]);
    assert.equal(secrets?.length, 1);
  });
});

describe('Secret scanner without its worker', () => {
  it('marks nothing, and says so once in the log', async () => {
    const log = collectingLog();
    const lost = openSecretScanner({ workerUrl: new URL('./missing.ts', import.meta.url), log });
    assert.deepEqual(await lost.scan(['a', github]), [[], []]);
    assert.deepEqual(await lost.scan([github]), [[]]);
    assert.deepEqual(log.lines, ['The secret scanner ended. No secrets are marked until the next start.']);
    await lost.close();
  });
});
