/** Mocha's spec reporter, which also writes how each file ended to the file that RESULTS_BY_FILE names. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import mocha from 'mocha';

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } = mocha.Runner.constants;

export default class ByFile extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const files = {};
    const count = (test, how) => {
      const file = relative(process.cwd(), test.file ?? '');
      files[file] ??= { passed: 0, failed: 0 };
      files[file][how]++;
    };
    runner.on(EVENT_TEST_PASS, (test) => count(test, 'passed'));
    runner.on(EVENT_TEST_FAIL, (test) => count(test, 'failed'));
    runner.once(EVENT_RUN_END, () => writeFileSync(process.env.RESULTS_BY_FILE, JSON.stringify(files)));
  }
}
