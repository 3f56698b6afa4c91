import assert from 'node:assert/strict';
import { testPathFor } from '../../../../src/core/edits/testPath.ts';

describe('Tests of a file are expected', () => {
  const cases: { path: string; expected: string }[] = [
    { path: 'src/upload.ts', expected: 'src/upload.test.ts' },
    { path: 'upload.tsx', expected: 'upload.test.tsx' },
    { path: 'a/b/c.mjs', expected: 'a/b/c.test.mjs' },
    { path: 'pkg/job.py', expected: 'pkg/test_job.py' },
    { path: 'pkg/job.go', expected: 'pkg/job_test.go' },
    { path: 'lib/job.rb', expected: 'lib/job_test.rb' },
    { path: 'src/Job.java', expected: 'src/JobTest.java' },
    { path: 'src/Job.kt', expected: 'src/JobTest.kt' },
    { path: 'src/Job.cs', expected: 'src/JobTest.cs' },
    { path: 'a.b/Makefile', expected: 'a.b/Makefile.test' },
    { path: '.eslintrc', expected: '.eslintrc.test' },
    { path: 'src/a.config.js', expected: 'src/a.config.test.js' },
  ];
  for (const { path, expected } of cases) {
    it(`in ${expected} for ${path}`, () => assert.equal(testPathFor(path), expected));
  }
});
