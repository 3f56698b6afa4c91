/**
 * What starting costs in the extension host of the real VS Code: module load plus activate(), and memory gained.
 *
 * What makes the figures comparable: each run has a fresh server, profile and host; nothing starts the measured
 * extension before its turn, because copies without activation events are used (a built-in one starts with its
 * first debug session only); the probe waits until the host has come to rest, collects garbage, measures, waits for
 * rest again and collects again. `ms` is the time until VS Code says that the extension is active: its module is
 * loaded, its stored state is fetched from the window, activate() has resolved. `load_ms` is the import of its
 * main module alone, in hosts of their own. `vscode_…_ms` are VS Code's own figures of the same activation.
 * The systems take turns, so that a busy moment of the machine meets all of them. Medians.
 * Without sign-in Copilot Chat is not activated: its module load stands alone, with the memory that it takes.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { launchBrowser } from '../support/vscode/browser.ts';
import {
  buildForProduction,
  builtIn,
  builtProbe,
  causewayCopy,
  helloWorldCopy,
  removeScratch,
  runInHost,
  smallWorkspace,
} from './support/host.ts';
import { finish, medianFigures, type Row, repeats } from './support/table.ts';

interface System {
  name: string;
  id: string;
  main: string;
  commonJs: boolean;
  /** Absent for what VS Code brings along. */
  folder?: string;
  activates: boolean;
}

const figures = z.record(z.string(), z.number());

await buildForProduction();
const workspace = await smallWorkspace();
const suite = await builtProbe(new URL('./probes/activation.ts', import.meta.url));
const causeway = await causewayCopy('when asked');
const helloWorld = await helloWorldCopy('when asked');
const jsDebug = await builtIn('ms-vscode.js-debug');
const copilot = await builtIn('copilot');

const systems: System[] = [
  {
    name: 'causeway',
    id: 'causeway.causeway',
    main: join(causeway, 'dist', 'extension.js'),
    commonJs: false,
    folder: causeway,
    activates: true,
  },
  {
    name: 'hello-world',
    id: 'causeway-test.hello-world',
    main: join(helloWorld, 'extension.js'),
    commonJs: false,
    folder: helloWorld,
    activates: true,
  },
  {
    name: 'js-debug',
    id: 'ms-vscode.js-debug',
    main: join(jsDebug, 'src', 'extension.js'),
    commonJs: true,
    activates: true,
  },
  {
    name: 'copilot',
    id: 'GitHub.copilot-chat',
    main: join(copilot, 'dist', 'extension.js'),
    commonJs: true,
    activates: false,
  },
];
const there = systems.filter(({ main }) => existsSync(main));
for (const { name, main } of systems) {
  if (!existsSync(main)) process.stdout.write(`${name}: not in this VS Code (${main} is missing).\n`);
}

const loads = new Map<string, Record<string, number>[]>(there.map(({ name }) => [name, []]));
const starts = new Map<string, Record<string, number>[]>(there.map(({ name }) => [name, []]));
const browser = await launchBrowser();
try {
  for (let round = 0; round < repeats(5); round++) {
    for (const system of there) {
      loads.get(system.name)?.push(await measured(system, 'load'));
      if (system.activates) starts.get(system.name)?.push(await measured(system, 'activate'));
    }
  }
} finally {
  await browser.close();
  await removeScratch();
}

async function measured(system: System, what: 'load' | 'activate'): Promise<Record<string, number>> {
  const { id, main, commonJs, folder } = system;
  return figures.parse(
    await runInHost(browser, {
      // A suite runs only beside an extension under development; hello-world is the one that costs least.
      extension: folder ?? helloWorld,
      suite,
      task: { id, main, commonJs, do: what },
      workspace,
    }),
  );
}

const rows = there.map(({ name, activates }): Row => {
  const { ms: load_ms, ...load } = medianFigures(loads.get(name) ?? []);
  const { ms, rss_mb, ...own } = medianFigures(starts.get(name) ?? []);
  return activates
    ? { system: name, ms, load_ms, rss_mb, ...own }
    : { system: name, ms: undefined, load_ms, ...load, note: 'module load alone' };
});
const floor = rows.find(({ system }) => system === 'hello-world')?.ms;
rows.push({ system: 'limit', ms: Math.max(30, 3 * (typeof floor === 'number' ? floor : 0)) });
await finish('activation', [{ name: 'activation in the extension host', rows }]);
