/** Installs what the suites in a real VS Code need: both versions of it, and a browser. */
import { ensureChromium, NoBrowser } from './chromium.ts';
import { current, floor, installVsCode } from './install.ts';

/** Tells the caller that this machine cannot run these suites, as the code 77 does in other test drivers. */
const notRun = 77;

try {
  process.stdout.write(`Browser: ${await ensureChromium()}\n`);
  for (const version of [current, floor]) {
    process.stdout.write(`VS Code ${version.vscode}: ${(await installVsCode(version)).root}\n`);
  }
} catch (cause) {
  if (!(cause instanceof NoBrowser)) throw cause;
  process.stdout.write(`${cause.message}\n`);
  process.exitCode = notRun;
}
