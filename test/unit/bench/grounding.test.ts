import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Causeway } from '../../bench/support/grounding/causeway.ts';
import { compare } from '../../bench/support/grounding/compare.ts';
import { PlainBm25 } from '../../bench/support/grounding/plainBm25.ts';
import { historyQueries, questionOf } from '../../bench/support/grounding/queries.ts';
import { Repository } from '../../bench/support/grounding/repository.ts';

describe('The grounding benchmark', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-history-'));
    git('init', '--quiet', '--initial-branch=main');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-C', folder, ...args]);
  const commit = (subject: string, files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', subject);
  };
  const start = () =>
    commit('start', {
      'src/upload.ts': 'export const limit = 5;\n\nexport function upload() {\n  return limit;\n}\n',
      'src/other.ts': 'export const other = 1;\n',
      'README.md': '# About\n',
    });

  it('does not know the subject of the commit that answers', async () => {
    start();
    commit('fix: quokkaflux marsupialise', { 'src/upload.ts': 'export const limit = 6;\n' });
    const queries = historyQueries(new Repository(folder), 60);
    assert.deepEqual(
      queries.map(({ question, files }) => [question, files]),
      [['quokkaflux marsupialise', ['src/upload.ts']]],
    );
    const [asked] = await compare(new Repository(folder), queries, [
      new Causeway('causeway'),
      new PlainBm25(),
    ]);
    assert.deepEqual(asked?.places, { causeway: undefined, bm25: undefined });
  });

  it('knows the subjects of the commits before it', async () => {
    start();
    commit('fix: quokkaflux marsupialise', { 'src/upload.ts': 'export const limit = 6;\n' });
    commit('fix: marsupialise the quokkaflux', { 'src/upload.ts': 'export const limit = 7;\n' });
    const asked = await compare(new Repository(folder), historyQueries(new Repository(folder), 60), [
      new Causeway('causeway'),
    ]);
    assert.deepEqual(
      asked.map(({ places }) => places.causeway),
      [1, undefined],
    );
  });

  it('asks about the tree before the commit', async () => {
    start();
    commit('add the wombat limit', { 'src/upload.ts': 'export const limit = 6; // for the wombat\n' });
    const [asked] = await compare(new Repository(folder), historyQueries(new Repository(folder), 60), [
      new PlainBm25(),
    ]);
    assert.equal(asked?.places.bm25, 1);
    commit('remove every wombat limit', { 'src/upload.ts': 'export const none = 6;\n' });
    const both = await compare(new Repository(folder), historyQueries(new Repository(folder), 60), [
      new PlainBm25(),
    ]);
    assert.deepEqual(
      both.map(({ query, places }) => [query.question, places.bm25]),
      [
        ['remove every wombat limit', 1],
        ['add the wombat limit', 1],
      ],
    );
  });

  it('measures the lines that were changed, as they were before', () => {
    start();
    commit('return twice the limit', {
      'src/upload.ts': 'export const limit = 5;\n\nexport function upload() {\n  return limit * 2;\n}\n',
    });
    const [query] = historyQueries(new Repository(folder), 60);
    assert.deepEqual(query?.lines, [{ path: 'src/upload.ts', start: 4, end: 4 }]);
  });

  it('asks nothing about tests, documents, and commits that changed too much', () => {
    start();
    commit('test the other limit', { 'test/other.test.ts': 'x();\n' });
    commit('describe the other limit', { 'README.md': '# Other\n' });
    const many = Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`src/${n}.ts`, 'x();\n']));
    commit('create the many modules', many);
    commit('rework the many modules', Object.fromEntries(Object.keys(many).map((path) => [path, 'y();\n'])));
    assert.deepEqual(historyQueries(new Repository(folder), 60), []);
  });

  const subjects: [subject: string, question: string | undefined][] = [
    ['fix(upload)!: limit the body (#12)', 'limit the body'],
    ['context: copy the errors', 'copy the errors'],
    ['chore: limit the body', undefined],
    ['docs(readme): limit the body', undefined],
    ['Merge branch stable', undefined],
    ['fix typos in the upload', undefined],
    ['update dev dependencies', undefined],
    ['Bumped v1.2.3', undefined],
    ['cleanup', undefined],
  ];
  for (const [subject, question] of subjects) {
    it(`${question === undefined ? 'leaves out' : `asks “${question}” for`} “${subject}”`, () =>
      assert.equal(questionOf(subject), question));
  }
});
