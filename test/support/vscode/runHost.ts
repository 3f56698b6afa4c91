/** `node test/support/vscode/runHost.ts [current|floor]`: the suites of the extension host, with counts at the end. */
import { NoBrowser } from './chromium.ts';
import { runHostSuites } from './hostSuites.ts';
import { current, floor } from './install.ts';

/** Tells the caller that nothing ran, as the code 77 does in other test drivers. */
const notRun = 77;

try {
  const version = process.argv[2] === 'floor' ? floor : current;
  const { passed, failed } = await runHostSuites(version);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
} catch (cause) {
  if (!(cause instanceof NoBrowser)) throw cause;
  process.stdout.write(`${cause.message}\n`);
  process.exitCode = notRun;
}
