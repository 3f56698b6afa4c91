/**
 * `npm run test:desktop`: the suites of the extension host in a desktop VS Code that is downloaded.
 * For computers that reach VS Code's download host and have a display (`xvfb-run -a` where there is none).
 * `-- 1.117.0` names another version.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { copyOf } from './support/vscode/copyOf.ts';
import { countsOf, freshReport, hostSuite } from './support/vscode/hostSuites.ts';
import { repositoryRoot, sampleWorkspace } from './support/vscode/paths.ts';

const report = await freshReport('desktop');
const said = [];
try {
  await runTests({
    version: process.argv[2] ?? 'stable',
    extensionDevelopmentPath: repositoryRoot,
    extensionTestsPath: hostSuite,
    extensionTestsEnv: { CAUSEWAY_TEST_REPORT: report },
    launchArgs: [
      await copyOf(sampleWorkspace),
      '--disable-extensions',
      '--disable-workspace-trust',
      `--user-data-dir=${await mkdtemp(join(tmpdir(), 'causeway-desktop-'))}`,
    ],
  });
} catch (cause) {
  // A suite that failed is one reason; the report below tells which, or that VS Code could not be had.
  said.push(String(cause));
}
const { passed, failed } = await countsOf(report, said);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
