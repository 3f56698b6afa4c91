/** Runs the suites of `test/host` inside a real extension host. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { copyOf } from './copyOf.ts';
import { current, type VsCodeVersion } from './install.ts';
import { repositoryRoot, resultFolder, sampleWorkspace } from './paths.ts';
import { startVsCode } from './vscode.ts';

/** Counts of tests; a host that ended before its suites did counts as one that failed. */
export interface Counts {
  passed: number;
  failed: number;
}

/** The compiled entry of the suites, made by `node esbuild.mjs --tests`. */
export const hostSuite = join(repositoryRoot, 'out', 'test', 'host', 'index.js');

/** Suites of the host have this long for all of them. */
const limitMs = 300_000;

/** Runs all suites on a version of VS Code, prints mocha's report, and returns the counts. */
export async function runHostSuites(
  version: VsCodeVersion = current,
  extension = repositoryRoot,
): Promise<Counts> {
  if (!existsSync(hostSuite)) throw new Error(`${hostSuite} is missing: run node esbuild.mjs --tests`);
  const report = await freshReport(version.name);
  const code = await startVsCode({
    version,
    env: { CAUSEWAY_TEST_REPORT: report },
    extensions: [join(repositoryRoot, 'test', 'host', 'editor-models')],
  });
  const said: string[] = [];
  try {
    const ended = new Promise<void>((resolve, reject) => {
      const impatient = setTimeout(
        () => reject(new Error(`the suites did not end within ${limitMs / 1000} s`)),
        limitMs,
      );
      const prepare = async (page: import('playwright-core').Page) => {
        await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
          said.push(`${type}: ${args.join(' ')}`);
        });
        await page.exposeFunction('codeAutomationExit', () => {
          clearTimeout(impatient);
          resolve();
        });
      };
      copyOf(sampleWorkspace)
        .then((workspace) => code.open({ workspace, extension, suite: hostSuite }, prepare))
        .catch(reject);
    });
    await ended;
  } catch (cause) {
    said.push(String(cause));
  } finally {
    await code.close();
  }
  return countsOf(report, said);
}

/** An empty place for the report of a run. */
export async function freshReport(name: string): Promise<string> {
  await mkdir(resultFolder, { recursive: true });
  const report = join(resultFolder, `host-${name}.txt`);
  await rm(report, { force: true });
  return report;
}

/** Prints the report and reads its last line; where it has none, what the host said tells why. */
export async function countsOf(report: string, said: readonly string[]): Promise<Counts> {
  const lines = existsSync(report) ? (await readFile(report, 'utf8')).trimEnd().split('\n') : [];
  const last = lines.at(-1) ?? '';
  const counts = /^\{"passed":(\d+),"failed":(\d+)\}$/.exec(last);
  process.stdout.write(`${(counts ? lines.slice(0, -1) : lines).join('\n')}\n`);
  if (counts) return { passed: Number(counts[1]), failed: Number(counts[2]) };
  process.stdout.write(`The extension host ended before its suites did.\n${said.slice(-40).join('\n')}\n`);
  return { passed: 0, failed: 1 };
}
