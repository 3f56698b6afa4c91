import assert from 'node:assert/strict';
import fc from 'fast-check';
import { excluder, globPattern } from '../../../../src/core/grounding/globs.ts';

describe('Patterns of files.exclude', () => {
  const check = (pattern: string, matches: string[], others: string[]) =>
    it(`${pattern} hides ${matches.join(', ')} and not ${others.join(', ')}`, () => {
      const read = globPattern(pattern);
      assert.deepEqual(
        [...matches, ...others].filter((path) => read.test(path)),
        matches,
      );
    });

  check('**/.git', ['.git', 'a/.git', 'a/b/.git'], ['.github', 'a.git']);
  check('out', ['out'], ['a/out', 'outer']);
  check('*.log', ['a.log'], ['b/a.log', 'a.logs']);
  check('**/*.log', ['a.log', 'b/a.log'], ['a.logs']);
  check('build/**', ['build/a', 'build/b/c'], ['build', 'a/build/b']);
  check('**/{dist,out}', ['dist', 'a/out'], ['distant', '{dist,out}']);
  check('**/*.{js,map}', ['a.js', 'b/a.map'], ['a.ts', 'a.jsx']);
  check('file?.txt', ['file1.txt'], ['file.txt', 'file/.txt']);
  check('[a-c].txt', ['b.txt'], ['d.txt']);
  check('[!a-c].txt', ['d.txt'], ['b.txt', '/.txt']);
  check('a+b (1).txt', ['a+b (1).txt'], ['aab 1.txt']);
  check('{open', ['{open'], ['open']);

  it('hide a file beside another one only while that is there', () => {
    const hidden = excluder([
      { setting: 'files.exclude', globs: [{ pattern: '**/*.js', sibling: '$(basename).ts' }] },
      { setting: 'search.exclude', globs: [{ pattern: 'tmp' }] },
    ]);
    const files = new Set(['a.ts']);
    assert.equal(
      hidden('src/a.js', (name) => files.has(name)),
      'files.exclude',
    );
    assert.equal(
      hidden('src/b.js', (name) => files.has(name)),
      undefined,
    );
    assert.equal(
      hidden('tmp', () => false),
      'search.exclude',
    );
  });

  it('are read whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.string({ maxLength: 30 }), (pattern, path) => {
        globPattern(pattern).test(path);
      }),
    );
  });
});
