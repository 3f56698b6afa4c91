import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { connectRpc } from '../../../src/base/rpc.ts';
import { errorCodec } from '../../../src/core/errors.ts';
import type { Log } from '../../../src/core/ports.ts';
import { kindWords } from '../../../src/core/secrets/kinds.ts';
import { unmaskedMarks } from '../../../src/core/secrets/secretMarks.ts';
import { openSecretScanner } from '../../../src/workers/openSecretScanner.ts';
import type { SecretRules } from '../../../src/workers/secretRules.ts';
import { canaries } from '../../support/canaries.ts';

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

  const cases: { title: string; text: string; found: [secret: string, what: string][] }[] = [
    { title: 'nothing in prose', text: 'Why does the token count of the key differ?', found: [] },
    { title: 'a token by its form', text: `a\nconst t = '${github}';`, found: [[github, 'GitHub token']] },
    {
      title: 'two of different kinds, in the order of the text, and of an address the password alone',
      text: `${slack}\n\nhttps://user:hunter2pass@example.com/a\n`,
      found: [
        [slack, 'Slack token'],
        ['hunter2pass', 'password in an address'],
      ],
    },
    {
      title: 'a value by the name it is assigned to',
      text: `UPLOAD_API_KEY=${drawn}`,
      found: [[drawn, 'value with the name of a secret']],
    },
    {
      title: 'a token with the name of one once',
      text: `token: '${github}'`,
      found: [[github, 'GitHub token']],
    },
    { title: 'nothing in what was masked', text: 'TOKEN=[secret:github:0123456789] a', found: [] },
  ];
  for (const { title, text, found } of cases) {
    it(`finds ${title}`, async () => {
      const [secrets] = await scanner.scan([text]);
      assert.deepEqual(
        secrets?.map(({ start, end, kind }) => [text.slice(start, end), kindWords(kind)]),
        found,
      );
    });
  }

  for (const { kind, line, secret } of canaries()) {
    it(`finds ${kind}`, async () => {
      const text = `before\n${line}\nafter`;
      const [found = []] = await scanner.scan([text]);
      const left = found.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
      assert.ok(!left.includes(secret), left);
      assert.ok(left.startsWith('before\n') && left.endsWith('after'));
    });
  }

  for (const text of [
    'https://deploy7:deploy7@git.invalid/repo.git',
    'machine deploy7.invalid login deploy7 password deploy7',
  ])
    it(`finds the password where the name before it has the same letters: ${text}`, async () => {
      const [[found] = []] = await scanner.scan([text]);
      assert.equal(found?.start, text.lastIndexOf('deploy7'));
    });

  const people: [text: string, found: string[]][] = [
    [
      'Write to ada.lovelace@analytical.org or call +49 30 1234567.',
      ['ada.lovelace@analytical.org', '+49 30 1234567'],
    ],
    ['(555) 123-4567 and 555-123-4567', ['(555) 123-4567', '555-123-4567']],
    ['Ada  Lovelace asked; ADA LOVELACE answered; Adalovelace did not.', ['Ada  Lovelace', 'ADA LOVELACE']],
    ['git@github.com:a/b.git, me@example.com, 127.0.0.1:61900, 2026-11-24, v1.2.3-4, 1234567890', []],
    ['const id = 12345678; const big = 123-45-67;', []],
  ];
  for (const [text, wanted] of people)
    it(`finds ${wanted.length === 0 ? 'nobody' : wanted} in ${JSON.stringify(text)}`, async () => {
      const [found = []] = await scanner.scan([text], { contacts: true, names: ['Ada Lovelace'] });
      assert.deepEqual(
        found.map(({ start, end }) => text.slice(start, end)),
        wanted,
      );
      assert.deepEqual(await scanner.scan([text]), [[]]);
    });

  it('marks the line a secret is in, and never tells the secret', async () => {
    const marks = await unmaskedMarks(scanner, ['nothing', `a\n${github}`, github]);
    assert.deepEqual(marks, [
      { segment: 1, line: 2, what: 'GitHub token', masked: false },
      { segment: 2, line: 1, what: 'GitHub token', masked: false },
    ]);
  });

  it('finds a secret in a megabyte without a single break', async () => {
    const [secrets] = await scanner.scan([`${'a'.repeat(1_000_000)} key=${drawn}`], {
      contacts: true,
      names: ['b'],
    });
    assert.equal(secrets?.length, 1);
  });
});

describe("The secret scanner's thread", () => {
  it('keeps no notes on its work, which would grow with each text', async () => {
    const scannerUrl = new URL('../../../src/workers/secrets.ts', import.meta.url).href;
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       const notes = () => performance.getEntries().filter(({ entryType }) => /mark|measure/.test(entryType)).length;
       parentPort.on('message', (message) => {
         if (message.kind === 'count') parentPort.postMessage({ kind: 'notes', value: notes() });
       });
       import('${scannerUrl}').then(() => parentPort.postMessage({ kind: 'ready' }));`,
      { eval: true },
    );
    await once(worker, 'message');
    const { remote } = connectRpc<SecretRules, ReturnType<typeof errorCodec.encode>>(worker, errorCodec);
    await remote.scan(['one', github, 'three']);
    worker.postMessage({ kind: 'count' });
    const [{ value }] = await once(worker, 'message');
    await worker.terminate();
    assert.equal(value, 0);
  });
});

describe('Secret scanner without its worker', () => {
  it('says that nothing was looked through, and says so in the log', async () => {
    const log = collectingLog();
    const lost = openSecretScanner({ workerUrl: new URL('./missing.ts', import.meta.url), log });
    await assert.rejects(lost.scan(['a', github]));
    assert.deepEqual(log.lines, ['The secret scanner ended. It starts again when it is needed.']);
    await lost.close();
  });
});
