import assert from 'node:assert/strict';
import { bestMatches } from '../../../../src/core/workspace/pathMatch.ts';

const paths = [
  'src/upload.ts',
  'src/uploadQueue.ts',
  'src/deep/reUpload.ts',
  'src/preupload.ts',
  'upload/readme.md',
  'src/util/loader.ts',
  'docs/',
];
const found = (typed: string) => bestMatches(paths, (path) => path, typed, 10);

describe('Paths that fit what was typed', () => {
  const cases: [typed: string, expected: string[]][] = [
    ['upload.ts', ['src/upload.ts', 'src/deep/reUpload.ts', 'src/preupload.ts', 'src/uploadQueue.ts']],
    [
      'UPLOAD',
      ['src/upload.ts', 'src/uploadQueue.ts', 'src/deep/reUpload.ts', 'src/preupload.ts', 'upload/readme.md'],
    ],
    ['deep/re', ['src/deep/reUpload.ts']],
    ['src\\deep', ['src/deep/reUpload.ts']],
    ['upq', ['src/uploadQueue.ts']],
    ['docs', ['docs/']],
    ['zebra', []],
    ['', paths],
  ];
  for (const [typed, expected] of cases)
    it(`are ${expected.length} for ${JSON.stringify(typed)}, the best first`, () => {
      assert.deepEqual(found(typed), expected);
    });
});
