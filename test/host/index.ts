/**
 * Runs the compiled suites beside this file inside VS Code's extension host.
 * Their report goes, as it grows, to the file that the environment names, because a host has no terminal;
 * the last line is `{"passed": n, "failed": n}`, and without it the host ended before the suites did.
 */
import { appendFileSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import Mocha from 'mocha';

/** Names the file of the report. */
const reportVariable = 'CAUSEWAY_TEST_REPORT';

/** VS Code calls this once; resolving means that all passed. */
export async function run(): Promise<void> {
  const file = process.env[reportVariable];
  const write = (line: string) => {
    if (file) appendFileSync(file, `${line}\n`);
    else console.log(line);
  };
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => write(format(...args));

  // What the extension keeps outside VS Code's folders, and keys of whoever runs the tests, stay out of it.
  const stateFolder = mkdtempSync(join(tmpdir(), 'causeway-state-'));
  process.once('exit', () => rmSync(stateFolder, { recursive: true, force: true }));
  process.env.CAUSEWAY_STATE_DIR = stateFolder;
  delete process.env.ANTHROPIC_API_KEY;
  delete process.env.ANTHROPIC_BASE_URL;

  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, color: true });
  const here = dirname(fileURLToPath(import.meta.url));
  const { EVENT_FILE_PRE_REQUIRE } = Mocha.Suite.constants;
  for (const name of globSync('**/*.test.js', { cwd: here }).sort()) {
    const file = join(here, name);
    // Mocha would `require` the suite first, on which the host of older versions hangs: an ES module that
    // asks for `vscode` can only be imported there.
    mocha.suite.emit(EVENT_FILE_PRE_REQUIRE, globalThis, file, mocha);
    await import(pathToFileURL(file).href);
  }

  const { passed, failed } = await new Promise<{ passed: number; failed: number }>((resolve) => {
    let passes = 0;
    const runner = mocha.run((failures) => resolve({ passed: passes, failed: failures }));
    runner.on('pass', () => {
      passes += 1;
    });
  });
  write(JSON.stringify({ passed, failed }));
  if (failed > 0) throw new Error(`${failed} failed`);
}
