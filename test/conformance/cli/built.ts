/** Loaded before suites that run beside each other (`mocha --require`): builds the command line once for all of them. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export async function mochaGlobalSetup(): Promise<void> {
  const build = fileURLToPath(new URL('../../../esbuild.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [build, '--cli']);
  process.env.CLI_IS_BUILT = 'true';
}
