/**
 * Installs a VS Code that runs without a desktop: the server that the npm package code-server ships,
 * which is VS Code itself (workbench, server and extension host), for a browser to show.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, repositoryRoot } from './paths.ts';
import { mustRun } from './run.ts';

/** One pinned VS Code. `codeServer` and `node` are npm versions. */
export interface VsCodeVersion {
  name: 'current' | 'floor';
  vscode: string;
  codeServer: string;
  /** A Node of its own for the server; absent where it runs on the Node of this repository. */
  node?: string;
}

/** Today's VS Code, on which every suite runs. */
export const current: VsCodeVersion = { name: 'current', vscode: '1.139', codeServer: '4.139.1' };

/** The oldest VS Code that `engines.vscode` in package.json admits. */
export const floor: VsCodeVersion = {
  name: 'floor',
  vscode: '1.117',
  codeServer: '4.117.0',
  node: '22.23.3',
};

/** A VS Code that is ready to start. */
export interface InstalledVsCode {
  version: VsCodeVersion;
  /** The folder of `out/server-main.js`. */
  root: string;
  /** The Node to start it with. */
  node: string;
}

/** Raised by a change of the steps below, so that an older installation is made anew. */
const recipe = 2;

const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];

/**
 * Installs a version where it is not installed yet; about 15 s and 400 MB, done once.
 * A folder under its final name is whole: it is filled under another name and moved at the end, so an
 * installation that was interrupted is redone, and two at the same time do not meet.
 * Throws with npm's own words where the registry cannot be reached.
 */
export async function installVsCode(version: VsCodeVersion = current): Promise<InstalledVsCode> {
  const home = join(cacheFolder, `code-server-${version.codeServer}`);
  const wanted = JSON.stringify({ recipe, ...version });
  if ((await readStamp(home)) !== wanted) {
    await mkdir(cacheFolder, { recursive: true });
    const scratch = await mkdtemp(`${home}.partial-`);
    try {
      await fill(scratch, version);
      await writeFile(join(scratch, stampName), wanted);
      await moveIntoPlace(scratch, home, wanted);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  return { version, root: serverRoot(home), node: nodeOf(home, version) };
}

const stampName = 'installed.json';

async function readStamp(home: string): Promise<string | undefined> {
  const stamp = join(home, stampName);
  return existsSync(stamp) ? readFile(stamp, 'utf8') : undefined;
}

async function fill(folder: string, version: VsCodeVersion): Promise<void> {
  process.stdout.write(`Installing VS Code ${version.vscode} (code-server ${version.codeServer}) …\n`);
  // Its scripts would compile native modules that the workbench does without.
  await mustRun('npm', ['install', '--prefix', folder, ...quiet, `code-server@${version.codeServer}`]);
  const root = serverRoot(folder);
  await mustRun('npm', ['install', '--omit=dev', ...quiet], { cwd: root });
  // The built-in extensions' own packages, among them the TypeScript that symbol providers need.
  await mustRun('npm', ['install', '--omit=dev', ...quiet], { cwd: join(root, 'extensions') });
  await addSearch(folder, root);
  if (version.node) {
    await mustRun('npm', ['install', '--prefix', folder, ...quiet, `${nodePackage}@${version.node}`]);
  }
}

/**
 * Older versions fetch ripgrep, on which search and quick open rest, by an install script from a host
 * that is not npm's. The package that later versions use has the same program in it.
 */
async function addSearch(folder: string, root: string): Promise<void> {
  const old = join(root, 'node_modules', '@vscode', 'ripgrep');
  if (!existsSync(old)) return;
  const universal = '@vscode/ripgrep-universal';
  await mustRun('npm', ['install', '--prefix', folder, ...quiet, `${universal}@1.18.0`]);
  const from = join(folder, 'node_modules', universal, 'bin', `${process.platform}-${process.arch}`);
  await cp(from, join(old, 'bin'), { recursive: true });
}

/** Another process may have finished the same installation in the meantime: then that one is used. */
async function moveIntoPlace(scratch: string, home: string, wanted: string): Promise<void> {
  if ((await readStamp(home)) === wanted) return;
  await rm(home, { recursive: true, force: true });
  try {
    await rename(scratch, home);
  } catch (cause) {
    if ((await readStamp(home)) !== wanted) throw cause;
  }
}

const platform = process.platform === 'win32' ? 'win' : process.platform;
/** The npm package that holds the Node binary for this machine, without an install script. */
const nodePackage = `node-${platform}-${process.arch}`;
const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';

function serverRoot(home: string): string {
  return join(home, 'node_modules', 'code-server', 'lib', 'vscode');
}

function nodeOf(home: string, version: VsCodeVersion): string {
  if (version.node) return join(home, 'node_modules', nodePackage, binary);
  const own = join(repositoryRoot, 'node_modules', 'node', binary);
  return existsSync(own) ? own : process.execPath;
}
