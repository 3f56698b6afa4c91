import { rmSync } from 'node:fs';
import { cp, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const made = new Set<string>();
// One listener for all: of a process that opens many windows, a listener each would be taken for a leak.
process.once('exit', () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** Copies a folder to a fresh place of the same name, so that a suite may change its files; removed when the process ends. */
export async function copyOf(folder: string): Promise<string> {
  // VS Code names files by their real path, and the temporary folder is a link on some systems.
  const parent = await realpath(await mkdtemp(join(tmpdir(), 'causeway-workspace-')));
  made.add(parent);
  const copy = join(parent, basename(folder));
  await cp(folder, copy, { recursive: true });
  return copy;
}
