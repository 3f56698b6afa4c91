import assert from 'node:assert/strict';
import { CommitHistory } from '../../../../src/core/grounding/commitHistory.ts';

/** As git prints it, newest first. */
const log = (...commits: [subject: string, ...changes: string[]][]) =>
  commits.map(([subject, ...changes]) => `\0${subject}\n\n${changes.join('\n')}\n`).join('');

const scores = (text: string, terms: string[], files: string[]) => {
  const history = new CommitHistory(text);
  const known = history.score(terms.map((term) => ({ term, weight: 1 })));
  return files.map((file) => known[history.file(file) ?? -1] ?? 0);
};

describe('What commits said of files', () => {
  it('finds the files of a commit by the words of its subject, whatever their form', () => {
    const [a = 0, z = 0] = scores(
      log(['limit the uploads', 'M\ta.ts'], ['name the port', 'M\tz.ts']),
      ['upload'],
      ['a.ts', 'z.ts'],
    );
    assert.ok(a > 0 && z === 0);
  });

  it('follows a file through its renames to the name it has today', () => {
    const text = log(
      ['move it again', 'R100\tlib/b.ts\tsrc/c.ts'],
      ['move it', 'R090\ta.ts\tlib/b.ts'],
      ['limit the uploads', 'M\ta.ts'],
    );
    const history = new CommitHistory(text);
    assert.equal(history.file('a.ts'), undefined);
    assert.ok((scores(text, ['upload'], ['src/c.ts'])[0] ?? 0) > 0);
  });

  it('believes a commit of one file more than one of many', () => {
    const many = Array.from({ length: 30 }, (_, n) => `M\t${n}.ts`);
    const [one = 0, among = 0] = scores(
      log(['limit uploads', 'M\ta.ts'], ['limit uploads', ...many]),
      ['upload'],
      ['a.ts', '3.ts'],
    );
    assert.ok(one > among && among > 0);
  });

  it('is nothing where there are no commits', () => {
    const history = new CommitHistory('');
    assert.equal(history.files, 0);
    assert.equal(history.score([{ term: 'upload', weight: 1 }]).length, 0);
  });
});
