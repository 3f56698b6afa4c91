/**
 * Starts one extension, or only loads its module, in a host that has come to rest.
 * The task: `{ id, main?, do: 'activate' | 'load' }`; `main` is the absolute file to load.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { commands, extensions, workspace } from 'vscode';
import { quiet, report, residentMegabytes, task } from './support.ts';

export async function run(): Promise<void> {
  const { id, main, do: what } = task();
  await quiet();
  const before = await residentMegabytes();
  const begin = performance.now();
  if (what === 'activate') await activate(String(id));
  else await load(String(main));
  const ms = performance.now() - begin;
  await quiet();
  const after = await residentMegabytes();
  report({
    ms,
    rss_mb: after - before,
    ...(what === 'activate' ? await reported(String(id)) : {}),
  });
}

async function activate(id: string): Promise<void> {
  const extension = extensions.getExtension(id);
  if (!extension) throw new Error(`${id} is not in this VS Code.`);
  if (extension.isActive) throw new Error(`${id} is active already, so its start cannot be measured.`);
  await extension.activate();
}

/** As the host does it: CommonJS is required, an ES module imported. */
async function load(main: string): Promise<void> {
  if (task().commonJs === true) createRequire(main)(main);
  else await import(pathToFileURL(main).href);
}

/** VS Code's own figures, in whole milliseconds, from its page "Startup Performance". */
async function reported(id: string): Promise<Record<string, number>> {
  await commands.executeCommand('perfview.show');
  const row = new RegExp(
    `^\\|\\s*${id}\\s*\\|[^|]*\\|\\s*(\\d+)\\s*\\|\\s*(\\d+)\\s*\\|\\s*(\\d+)\\s*\\|`,
    'im',
  );
  for (let attempt = 0; attempt < 100; attempt++) {
    const page = workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf');
    const found = row.exec(page?.getText() ?? '');
    if (found) {
      return {
        vscode_load_ms: Number(found[1]),
        vscode_activate_ms: Number(found[2]) + Number(found[3]),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {};
}
