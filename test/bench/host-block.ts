/**
 * The longest block of the extension host's event loop while Causeway starts and shows its first session, beside
 * a host that has hello-world alone.
 *
 * `first 3 s`: an extension that starts before all others (`*`) runs a 1 ms ticker. The window is reloaded with the
 * panel open, so that Causeway starts and draws its panel among everything that VS Code starts then; blocks of
 * built-in extensions count for both rows. Where the session shows later than that, the time until it shows counts too.
 * `opened at rest`: the host has come to rest; then the extension is started and the panel opened (hello-world: started),
 * and the next 3 s count. VS Code's own work goes on there too (its search for ports, its log); hello-world's row has
 * that alone, so what is above it is Causeway's doing.
 *
 * `longest_block_cpu_ms` is what the thread itself computed during its longest block by that measure: on a busy
 * machine a loop also stands because another process has the core. Medians; the systems take turns.
 * `--cpu-profile FOLDER` keeps profiles of Causeway's last runs, for Chrome's developer tools.
 */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { launchBrowser } from '../support/vscode/browser.ts';
import type { VsCodeWindow } from '../support/vscode/window.ts';
import {
  buildForProduction,
  builtProbe,
  causewayCopy,
  earlyProbe,
  helloWorldCopy,
  removeScratch,
  runInHost,
  smallWorkspace,
} from './support/host.ts';
import { finish, medianFigures, option, type Row, repeats } from './support/table.ts';

const countedMs = 3_000;
const limit: Row = { system: 'limit', longest_block_ms: 50 };

const probed = z.object({
  startedAt: z.number(),
  blocks: z.array(z.object({ at: z.number(), ms: z.number(), cpu: z.number() })),
});
type Probed = z.infer<typeof probed>;

await buildForProduction();
const probe = await earlyProbe(new URL('./probes/earlyBlocks.ts', import.meta.url));
const suite = await builtProbe(new URL('./probes/openBlocks.ts', import.meta.url));
const workspace = await smallWorkspace();
const extensions = {
  'hello-world': { early: await helloWorldCopy('by itself'), atRest: await helloWorldCopy('when asked') },
  causeway: { early: await causewayCopy('by itself'), atRest: await causewayCopy('when asked') },
};
const systems = ['hello-world', 'causeway'] as const;
type System = (typeof systems)[number];

const browser = await launchBrowser();
const early = new Map<System, Record<string, number>[]>(systems.map((name) => [name, []]));
const atRest = new Map<System, Record<string, number>[]>(systems.map((name) => [name, []]));
try {
  for (let round = 0; round < repeats(5); round++) {
    for (const system of systems) {
      early.get(system)?.push(await firstSeconds(system));
      atRest.get(system)?.push(await openedAtRest(system));
    }
  }
} finally {
  await browser.close();
  await removeScratch();
}

/** The panel is there once its input is. */
async function panelShown(window: VsCodeWindow): Promise<number> {
  const panel = await window.webview();
  await panel.getByRole('textbox').first().waitFor();
  return Date.now();
}

async function firstSeconds(system: System): Promise<Record<string, number>> {
  let shownAt: number | undefined;
  const result = await runInHost(browser, {
    installed: [probe, extensions[system].early],
    task: { seconds: 10, profile: profileOf(system, 'first-seconds') },
    workspace,
    warm: async (window) => {
      if (system === 'causeway') await window.panel();
    },
    meanwhile: async (window) => {
      if (system === 'causeway') shownAt = await panelShown(window);
    },
  });
  const { startedAt, blocks } = probed.parse(result);
  const shownMs = shownAt === undefined ? undefined : shownAt - startedAt;
  return {
    ...longest(blocks, Math.max(countedMs, shownMs ?? 0)),
    ...(shownMs === undefined ? {} : { session_shown_ms: shownMs }),
  };
}

async function openedAtRest(system: System): Promise<Record<string, number>> {
  const profile = profileOf(system, 'at-rest');
  const result = await runInHost(browser, {
    extension: extensions[system].atRest,
    suite,
    task:
      system === 'causeway'
        ? { id: 'causeway.causeway', command: 'causeway.panel.focus', seconds: 3, profile }
        : { id: 'causeway-test.hello-world', seconds: 3 },
    workspace,
    meanwhile: async (window) => {
      if (system === 'causeway') await panelShown(window);
    },
  });
  return longest(probed.parse(result).blocks, Number.POSITIVE_INFINITY);
}

/** Where the host is to write its profile, if it was asked for. */
function profileOf(system: System, name: string): string | undefined {
  const folder = option('--cpu-profile');
  if (!folder || system !== 'causeway') return undefined;
  mkdirSync(folder, { recursive: true });
  return resolve(folder, `${name}.cpuprofile`);
}

function longest(blocks: Probed['blocks'], untilMs: number): Record<string, number> {
  const counted = blocks.filter(({ at }) => at < untilMs);
  const most = (values: number[]) => Math.max(0, ...values);
  return {
    longest_block_ms: most(counted.map(({ ms }) => ms)),
    longest_block_cpu_ms: most(counted.map(({ cpu }) => cpu)),
    blocks_over_50_ms: counted.filter(({ ms }) => ms > 50).length,
    blocked_ms: counted.reduce((total, { ms }) => total + ms, 0),
  };
}

const rowsOf = (runs: typeof early): Row[] => [
  ...systems.map((system) => ({ system, ...medianFigures(runs.get(system) ?? []) })),
  limit,
];
await finish('host-block', [
  { name: 'opened at rest, 3 s', rows: rowsOf(atRest) },
  { name: 'first 3 s of the window, panel open', rows: rowsOf(early) },
]);
