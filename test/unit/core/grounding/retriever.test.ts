import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Editor } from '../../../../src/core/grounding/boosts.ts';
import { Lines } from '../../../../src/core/grounding/lines.ts';
import { Matcher } from '../../../../src/core/grounding/matcher.ts';
import { searchOpenFiles } from '../../../../src/core/grounding/openFilesSearch.ts';
import { PassageIndex } from '../../../../src/core/grounding/passageIndex.ts';
import { mostQuotedLines, quotesOf } from '../../../../src/core/grounding/quote.ts';
import { findPassages } from '../../../../src/core/grounding/retriever.ts';

type Files = Record<string, string>;

function indexed(files: Files): PassageIndex {
  const index = new PassageIndex();
  for (const [path, text] of Object.entries(files)) index.set(path, { uri: `file:///${path}`, path, text });
  return index;
}

const find = (files: Files, text: string, editors: Editor[] = [], limit = 3) =>
  findPassages(indexed(files), { text, limit, editors }, async (key) => files[key]);

const paths = async (...args: Parameters<typeof find>) =>
  (await find(...args)).map((passage) => passage.path);

const editor = (path: string, more: Partial<Editor> = {}): Editor => ({
  key: path,
  uri: `file:///${path}`,
  path,
  active: false,
  ...more,
});

describe('Passages for a question', () => {
  const first: { what: string; files: Files; question: string; editors?: Editor[]; expected: string[] }[] = [
    {
      what: 'are found by words in another form',
      files: { 'a.ts': '// Retried after a failure\nrun();', 'b.ts': '// Something else\nwalk();' },
      question: 'How are failures retried?',
      expected: ['a.ts'],
    },
    {
      what: 'are found by parts of identifiers',
      files: { 'a.ts': 'call(maxUploadSize);', 'b.ts': 'call(other);' },
      question: 'What is the upload size?',
      expected: ['a.ts'],
    },
    {
      what: 'are found by the path alone',
      files: { 'src/billing/index.ts': 'run();', 'src/other/index.ts': 'run();' },
      question: 'Where is billing?',
      expected: ['src/billing/index.ts'],
    },
    {
      what: 'are found by an abbreviation of what was asked, and the other way round',
      files: { 'a.ts': 'read(env);', 'b.ts': 'run(authorise);', 'c.ts': 'x();' },
      question: 'Which environment does auth read?',
      expected: ['a.ts', 'b.ts'],
    },
    {
      what: 'are found by the noun of a verb with a particle',
      files: { 'a.md': '# Backups\nCopy the folder.', 'b.md': '# Other\nMove the folder.' },
      question: 'How do I back it up?',
      expected: ['a.md'],
    },
    {
      what: 'come from code before tests of the same words',
      files: { 'test/a.ts': 'limit(body);', 'src/z.ts': 'limit(body);\nmore();' },
      question: 'Where is the body limit?',
      expected: ['src/z.ts', 'test/a.ts'],
    },
    {
      what: 'come from tests when tests are asked for',
      files: { 'src/z.ts': 'limit(body);\nmore();', 'test/a.ts': 'limit(body);' },
      question: 'Which test covers the body limit?',
      expected: ['test/a.ts', 'src/z.ts'],
    },
    {
      what: 'are found by British and American spelling alike',
      files: { 'a.ts': 'enter(harbor);', 'b.ts': 'other(name);' },
      question: 'Where is the harbour?',
      expected: ['a.ts'],
    },
    {
      what: 'have the best document among them where code alone would fill the places',
      files: {
        'a.ts': 'zebra(tiger);',
        'b.ts': 'zebra(tiger, 1);',
        'c.ts': 'zebra(tiger, 2);',
        'docs/z.md': '# Zebra and tiger\nA zebra is no tiger.',
      },
      question: 'Is a zebra a tiger?',
      expected: ['docs/z.md', 'a.ts', 'b.ts'],
    },
    {
      what: 'come from documents for practical questions',
      files: { 'docs/a.md': 'Install server', 'src/z.ts': 'install(server)' },
      question: 'How do I install the server?',
      expected: ['docs/a.md', 'src/z.ts'],
    },
    {
      what: 'come from the open file before another of the same words',
      files: { 'a.ts': 'run(zebra);', 'b.ts': 'walk(zebra);' },
      question: 'zebra',
      editors: [editor('b.ts')],
      expected: ['b.ts', 'a.ts'],
    },
    {
      what: 'come from the active file before an open one',
      files: { 'a.ts': 'run(zebra);', 'b.ts': 'walk(zebra);' },
      question: 'zebra',
      editors: [editor('a.ts'), editor('b.ts', { active: true })],
      expected: ['b.ts', 'a.ts'],
    },
    {
      what: 'come from the file the question names',
      files: { 'a.ts': 'zebra(zebra, b); // zebra b', 'b.ts': 'other(1);\nzebra();' },
      question: 'Where is the zebra in b.ts?',
      expected: ['b.ts', 'a.ts'],
    },
    {
      what: 'come from a comment before a mere use of the same words',
      files: { 'a.ts': 'run(zebra);', 'z.ts': '// zebra run' },
      question: 'zebra run',
      expected: ['z.ts', 'a.ts'],
    },
    {
      what: 'leave imports out',
      files: { 'a.ts': "import { zebra } from './zebra';\nrun();", 'b.ts': 'walk(zebra);' },
      question: 'zebra',
      expected: ['b.ts'],
    },
    {
      what: 'are not quoted twice from copies',
      files: { 'a.ts': 'run(zebra);', 'copy/a.ts': 'run(zebra);' },
      question: 'zebra',
      expected: ['a.ts'],
    },
    {
      what: 'are none when no word is anywhere',
      files: { 'a.ts': 'run();' },
      question: 'quantum chromodynamics',
      expected: [],
    },
    { what: 'are none for an empty question', files: { 'a.ts': 'run();' }, question: '', expected: [] },
    { what: 'are none in an empty workspace', files: {}, question: 'zebra', expected: [] },
  ];
  for (const { what, files, question, editors, expected } of first) {
    it(what, async () => assert.deepEqual(await paths(files, question, editors), expected));
  }

  it('are judged with the heading that they stand under', () => {
    const lines = new Lines('# Zebras\n\nCopy the folder.\n');
    const zebra = { value: 1, shares: new Map([['zebra', 1]]) };
    const [quote] = quotesOf('a.md', lines, { startLine: 3, endLine: 3 }, new Matcher([zebra]));
    assert.equal(quote?.coverage, 1);
  });

  it('come from the selection before the rest of the file', async () => {
    const filler = Array<string>(50).fill('x();').join('\n');
    const text = `// zebra zebra here\n${filler}\n// zebra there\n`;
    const selection = { startLine: 52, endLine: 52, text: '// zebra there' };
    const [passage] = await find({ 'a.ts': text }, 'zebra', [editor('a.ts', { active: true, selection })]);
    assert.ok(passage?.text.includes('there'));
  });

  it('are the selection when the question has no words of its own', async () => {
    const selection = { startLine: 2, endLine: 3, text: 'two\nthree' };
    const files = { 'a.ts': 'one\ntwo\nthree\nfour' };
    const [passage] = await find(files, 'What does this do?', [editor('a.ts', { active: true, selection })]);
    assert.deepEqual([passage?.startLine, passage?.endLine, passage?.text], [2, 3, 'two\nthree']);
  });

  it('are at most two from one file while others match', async () => {
    const filler = Array<string>(45).fill('x();').join('\n');
    const many = [1, 2, 3, 4].map((n) => `// zebra zebra ${n}\n${filler}`).join('\n\n');
    assert.deepEqual(await paths({ 'a.ts': many, 'b.ts': `walk(zebra);\n${filler}` }, 'zebra'), [
      'a.ts',
      'a.ts',
      'b.ts',
    ]);
  });

  it('are left out when their file is gone or has become shorter', async () => {
    const index = indexed({ 'a.ts': 'run(zebra);', 'b.ts': `${'\n'.repeat(50)}walk(zebra);` });
    const read = async (key: string) => (key === 'a.ts' ? undefined : 'short');
    assert.deepEqual(await findPassages(index, { text: 'zebra', limit: 3, editors: [] }, read), []);
  });

  it('are word for word, within their lines, short, apart from each other and in the same order each time', () => {
    const word = fc.constantFrom('zebra', 'tiger', 'upload', 'run', 'x', 'limitBody');
    const line = fc.oneof(
      fc.constant(''),
      fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' ')),
    );
    const text = fc
      .tuple(fc.array(line, { maxLength: 120 }), fc.constantFrom('\n', '\r\n'))
      .map(([l, end]) => l.join(end));
    return fc.assert(
      fc.asyncProperty(text, text, fc.array(word, { minLength: 1, maxLength: 4 }), async (a, z, words) => {
        const files: Files = { 'a.ts': a, 'z.md': z };
        const passages = await find(files, words.join(' '), [], 6);
        assert.deepEqual(await find(files, words.join(' '), [], 6), passages);
        for (const [place, passage] of passages.entries()) {
          const whole = files[passage.path] ?? '';
          const lines = whole.split('\n').slice(passage.startLine - 1, passage.endLine);
          assert.equal(passage.text, lines.join('\n').replace(/\r$/, ''));
          assert.ok(lines.length <= mostQuotedLines && passage.text.trim() !== '');
          for (const other of passages.slice(place + 1)) {
            assert.ok(
              other.path !== passage.path ||
                other.startLine > passage.endLine ||
                other.endLine < passage.startLine,
            );
            assert.ok(other.score <= passage.score);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('Search of open files alone', () => {
  const file = (path: string, text: string) => ({
    uri: `file:///${path}`,
    path,
    languageId: 'x',
    text,
    active: false,
  });

  it('quotes them, but for secrets and very large ones', async () => {
    const files = [
      file('a.ts', 'run(zebra);'),
      file('.env', 'K=zebra'),
      file('big.txt', 'zebra\n'.repeat(30_000)),
    ];
    const passages = await searchOpenFiles('zebra', 3, files, async () => undefined);
    assert.deepEqual(
      passages.map((passage) => passage.path),
      ['a.ts'],
    );
  });
});
