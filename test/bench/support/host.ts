/** Benchmarks inside the extension host of the real VS Code: what is measured there, and how it gets there. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { newProfile } from '../../support/vscode/browser.ts';
import { installVsCode } from '../../support/vscode/install.ts';
import { repositoryRoot } from '../../support/vscode/paths.ts';
import { mustRun } from '../../support/vscode/run.ts';
import { VsCodeServer } from '../../support/vscode/server.ts';
import { until } from '../../support/vscode/until.ts';
import { VsCodeWindow } from '../../support/vscode/window.ts';

/** How long one run in a host may take; a busy machine is slow. */
const limitMs = 120_000;

const helloWorldSource = join(repositoryRoot, 'test', 'fixtures', 'hello-world');
/** What the package holds that a running extension reads. */
const shipped = ['dist', 'l10n', 'media/icons', 'media/walkthrough', 'package.nls.json'];

const scratch = await mkdtemp(join(tmpdir(), 'causeway-bench-'));

/** Removes what the benchmark wrote. */
export const removeScratch = (): Promise<void> => rm(scratch, { recursive: true, force: true });

/** Builds the extension as it is packaged: minified, without source maps. */
export async function buildForProduction(): Promise<void> {
  await mustRun(process.execPath, ['esbuild.mjs'], { cwd: repositoryRoot });
}

/** When an extension starts: as its package says, or only when the benchmark asks. */
export type Starts = 'by itself' | 'when asked';

/** A copy of the shipped extension; call `buildForProduction` before. */
export async function causewayCopy(starts: Starts): Promise<string> {
  return copyOfExtension('causeway', repositoryRoot, shipped, starts);
}

export async function helloWorldCopy(starts: Starts): Promise<string> {
  return copyOfExtension('hello-world', helloWorldSource, ['extension.js'], starts);
}

async function copyOfExtension(
  name: string,
  from: string,
  files: readonly string[],
  starts: Starts,
): Promise<string> {
  const folder = join(await mkdtemp(join(scratch, 'extension-')), name);
  await mkdir(folder, { recursive: true });
  for (const file of files) {
    if (existsSync(join(from, file))) await cp(join(from, file), join(folder, file), { recursive: true });
  }
  const manifest = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
  if (starts === 'when asked') manifest.activationEvents = [];
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}

/** The absolute folder of an extension that VS Code brings along. */
export async function builtIn(name: string): Promise<string> {
  return join((await installVsCode()).root, 'extensions', name);
}

/** Bundles what runs inside the host, and returns the absolute file. */
export async function builtProbe(source: URL, folder = scratch): Promise<string> {
  const outfile = join(folder, `${basename(source.pathname, '.ts')}.mjs`);
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return outfile;
}

/** An extension that starts a probe before all others start: `*` comes before the end of VS Code's own start. */
export async function earlyProbe(source: URL): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'probe-'));
  const main = await builtProbe(source, folder);
  const manifest = {
    name: 'probe',
    publisher: 'causeway-test',
    version: '1.0.0',
    engines: { vscode: '^1.117.0' },
    main: basename(main),
    activationEvents: ['*'],
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}

/** A small folder to work in. */
export async function smallWorkspace(): Promise<string> {
  const folder = join(await mkdtemp(join(scratch, 'workspace-')), 'small');
  await mkdir(folder);
  await writeFile(join(folder, 'README.md'), '# Small\n\nA folder to open.\n');
  return folder;
}

export interface HostRun {
  /** Folder of the extension under development; a suite needs one. Absent where all are installed. */
  extension?: string;
  /** Folders of extensions to install before the start. */
  installed?: readonly string[];
  /** Compiled suite to run in the host. */
  suite?: string;
  /** Told to the probe or suite, as JSON in the environment. */
  task: Record<string, unknown>;
  workspace: string;
  /** What a user does in a window before the one that counts, which is then opened by a reload. */
  warm?(window: VsCodeWindow): Promise<void>;
  /** What a user does meanwhile. */
  meanwhile?(window: VsCodeWindow): Promise<void>;
}

/** Runs a probe in the extension host of a fresh server with a fresh profile, and returns the JSON that it wrote. */
export async function runInHost(browser: Browser, run: HostRun): Promise<unknown> {
  const result = join(await mkdtemp(join(scratch, 'run-')), 'result.json');
  const env = { BENCH_TASK: JSON.stringify(run.task), BENCH_RESULT: result };
  const dataFolder = await mkdtemp(join(scratch, 'data-'));
  if (run.installed) await install(run.installed, dataFolder);
  const server = await VsCodeServer.start({ env, dataFolder });
  const profile = await newProfile(browser);
  const { workspace, extension = 'installed', suite } = run;
  const address = { workspace, extension, ...(suite === undefined ? {} : { suite }) };
  try {
    const window = await VsCodeWindow.open(profile, server, address, async (page) => {
      await page.exposeFunction('codeAutomationLog', () => undefined);
      await page.exposeFunction('codeAutomationExit', () => undefined);
    });
    if (run.warm) {
      await run.warm(window);
      await until('the result of the window before', () => existsSync(result), limitMs);
      await rm(result);
      await window.reload();
    }
    await run.meanwhile?.(window);
    await until('the result of a run in the extension host', () => existsSync(result), limitMs);
    return JSON.parse(await readFile(result, 'utf8'));
  } finally {
    await profile.close();
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** A server of its own data folder in which extensions are installed; `stop` it, the folder goes with the scratch. */
export async function serverWith(folders: readonly string[]): Promise<VsCodeServer> {
  const dataFolder = await mkdtemp(join(scratch, 'data-'));
  await install(folders, dataFolder);
  return VsCodeServer.start({ dataFolder });
}

/** Puts extensions where a server finds them at its first start, as an unpacked package would lie there. */
async function install(folders: readonly string[], dataFolder: string): Promise<void> {
  const into = join(dataFolder, 'extensions');
  const listed = await Promise.all(
    folders.map(async (folder) => {
      const { publisher, name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      const relativeLocation = `${publisher}.${name}-${version}`;
      const path = join(into, relativeLocation);
      await cp(folder, path, { recursive: true });
      const location = { $mid: 1, scheme: 'file', path };
      return { identifier: { id: `${publisher}.${name}` }, version, location, relativeLocation };
    }),
  );
  await writeFile(join(into, 'extensions.json'), JSON.stringify(listed));
}
