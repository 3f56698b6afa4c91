#!/usr/bin/env node
/** `causeway`: the same core and bridge without an editor. */
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 16)) {
  process.stderr.write(
    `causeway: Node ${process.versions.node} is too old; it needs 22.16 or newer. Nothing was done.\n`,
  );
  process.exitCode = 1;
} else {
  quietWarnings();
  // Older versions of Node lack modules that the commands import, so these are loaded only now.
  const { main } = await import('./cli/main.ts');
  process.exitCode = await main({
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    // The commands lie in chunks elsewhere; only this file knows where the workers are.
    workersFolder: fileURLToPath(new URL('workers', import.meta.url)),
  });
}

/** Node 22 warns that `node:sqlite` is experimental, in every thread, amid the words for the user. */
function quietWarnings(): void {
  if (major > 22) return;
  process.removeAllListeners('warning');
  process.env.NODE_NO_WARNINGS = '1';
}
