import assert from 'node:assert/strict';
import fc from 'fast-check';
import { questionsAbout } from '../../../../src/core/grounding/suggestions.ts';

function check(title: string, paths: string[], active: string | undefined, expected: string[]) {
  it(title, () => assert.deepEqual(questionsAbout(paths, active), expected));
}

describe('Questions drawn from the workspace', () => {
  check('are none where there are no files', [], undefined, []);
  check(
    'are about what the project is, a file and its tests',
    ['README.md', 'src/upload.ts', 'test/upload.test.ts', 'src/retry.ts'],
    undefined,
    ['What is this project for?', 'What does upload.ts do?', 'What does upload.test.ts test?'],
  );
  check('begin with the file that is open', ['src/a.ts', 'src/b.ts'], 'src/b.ts', [
    'What does b.ts do?',
    'How is a.ts used?',
  ]);
  check(
    'leave out files whose names say little',
    ['src/index.ts', 'src/utils.ts', 'src/cache.go'],
    undefined,
    ['What does cache.go do?'],
  );
  check('are not about an open file that is no source', ['src/a.py'], 'data.csv', ['What does a.py do?']);

  it('are at most three, each once, whatever the files', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('README.md', 'a.ts', 'b.py', 'test/a.test.ts', 'x/index.ts', 'c_test.go'), {
          maxLength: 9,
        }),
        fc.option(fc.constantFrom('a.ts', 'b.py', 'notes.txt'), { nil: undefined }),
        (paths, active) => {
          const questions = questionsAbout(paths, active);
          assert.ok(questions.length <= 3);
          assert.equal(new Set(questions).size, questions.length);
        },
      ),
    ));
});
