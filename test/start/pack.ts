/** The packages that `npm start` installs into VS Code. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../support/vscode/paths.ts';
import { mustRun } from '../support/vscode/run.ts';

/** Builds and packs the extension and returns the package. Throws with the compiler's words where it cannot. */
export async function packCauseway(): Promise<string> {
  await mustRun(process.execPath, ['test/package.mjs'], { cwd: repositoryRoot });
  const manifest: unknown = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  return join(repositoryRoot, `causeway-${versionOf(manifest)}.vsix`);
}

/** Packs the extension that shows the panel at the start of a window, into a folder. */
export async function packOpener(folder: string): Promise<string> {
  const vsix = join(folder, 'opener.vsix');
  const vsce = join(repositoryRoot, 'node_modules', '@vscode', 'vsce', 'vsce');
  const cwd = fileURLToPath(new URL('./opener', import.meta.url));
  const flags = ['--no-dependencies', '--skip-license', '--allow-missing-repository'];
  await mustRun(process.execPath, [vsce, 'package', ...flags, '--out', vsix], { cwd });
  return vsix;
}

function versionOf(manifest: unknown): string {
  if (
    typeof manifest === 'object' &&
    manifest &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  ) {
    return manifest.version;
  }
  throw new Error('package.json has no version.');
}
