/**
 * First paint of the panel in the real VS Code, with an empty session and with one of 10,000 turns in the store.
 *
 * `first show`: the window has come to rest, the panel was not shown since it opened; from the press on its icon to the
 * first frame that has the input (`input_ms`) and the session (`session_ms`: its newest turns, or the empty state).
 * `shown again`: it was hidden meanwhile, which ends its page. `reload`: the whole window is loaded anew with the panel
 * open, counted from the start of the navigation; `workbench_ms` says how much of it is VS Code's own until its
 * workbench is drawn, after which the extension host starts. The extension is installed as it is packaged.
 * Each round has a fresh server and profile; medians.
 */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Frame } from 'playwright-core';
import { openSessionStore } from '../../src/store/openSessionStore.ts';
import { turns } from '../panel/support/samples.ts';
import { launchBrowser, newProfile } from '../support/vscode/browser.ts';
import { repositoryRoot } from '../support/vscode/paths.ts';
import type { VsCodeServer } from '../support/vscode/server.ts';
import { VsCodeWindow } from '../support/vscode/window.ts';
import {
  buildForProduction,
  causewayCopy,
  removeScratch,
  serverWith,
  smallWorkspace,
} from './support/host.ts';
import { finish, medianFigures, type Row, repeats } from './support/table.ts';

const turnCount = 10_000;
const batch = 1_000;

/**
 * Runs in every document: notes the first frame in which each of these is there, and the last press of the mouse.
 * A webview's document is written anew into its window, which ends a loop of animation frames but no timer.
 */
const watch = `
  const now = () => performance.timeOrigin + performance.now();
  const seen = (globalThis.firstFrames = {});
  const waiting = new Map([
    ['input', 'form.composer textarea'],
    ['session', '.empty, .answer'],
    ['workbench', '.monaco-workbench .part.statusbar'],
  ]);
  setInterval(() => {
    for (const [name, selector] of waiting) {
      if (!document.querySelector(selector)) continue;
      waiting.delete(name);
      requestAnimationFrame(() => { seen[name] = now(); });
    }
  }, 2);
  addEventListener('mousedown', () => { globalThis.pressedAt = now(); }, true);
`;

type Figures = Record<string, number>;
const stages = ['first show', 'shown again', 'reload'] as const;
type Stage = (typeof stages)[number];

await buildForProduction();
const extension = await causewayCopy('by itself');
const browser = await launchBrowser();
const kinds = ['empty session', `session of ${turnCount} turns`] as const;
const runs = new Map<string, Figures[]>();
const keep = (kind: string, stage: Stage, figures: Figures): void => {
  const name = `${kind}, ${stage}`;
  runs.set(name, [...(runs.get(name) ?? []), figures]);
};

try {
  for (let round = 0; round < repeats(3); round++) {
    for (const kind of kinds) await measure(kind);
  }
} finally {
  await browser.close();
  await removeScratch();
}

async function measure(kind: (typeof kinds)[number]): Promise<void> {
  const server = await serverWith([extension]);
  const profile = await newProfile(browser);
  await profile.addInitScript(watch);
  const workspace = await smallWorkspace();
  const open = () => VsCodeWindow.open(profile, server, { workspace, extension: 'installed' });
  try {
    if (kind !== 'empty session') {
      // The first window makes the workspace's database.
      const before = await open();
      await shown(await before.panel(), 'empty session');
      await before.showView('Explorer');
      await before.close();
      await fill(server);
    }
    const window = await open();
    await atRest(window);
    keep(kind, 'first show', await fromPress(window, kind));
    await window.showView('Explorer');
    await window.page.locator('iframe.webview').waitFor({ state: 'detached' });
    await atRest(window);
    keep(kind, 'shown again', await fromPress(window, kind));
    await atRest(window);
    await window.reload();
    const panel = await shown(await window.webview(), kind);
    const top = await window.page.evaluate('({ begin: performance.timeOrigin, ...firstFrames })');
    const { begin, workbench } = top as Figures;
    keep(kind, 'reload', {
      workbench_ms: (workbench ?? Number.NaN) - (begin ?? Number.NaN),
      ...since(begin, await frames(panel)),
    });
  } finally {
    await profile.close();
    await server.stop();
  }
}

async function fromPress(window: VsCodeWindow, kind: string): Promise<Figures> {
  const panel = await shown(await window.panel(), kind);
  const pressedAt = (await window.page.evaluate('globalThis.pressedAt')) as number;
  return since(pressedAt, await frames(panel));
}

async function frames(panel: Frame): Promise<Figures> {
  return (await panel.evaluate('globalThis.firstFrames')) as Figures;
}

function since(begin: number | undefined, { input, session }: Figures): Figures {
  return {
    input_ms: (input ?? Number.NaN) - (begin ?? Number.NaN),
    session_ms: (session ?? Number.NaN) - (begin ?? Number.NaN),
  };
}

/** Resolves when the page shows what it is to show in the end. */
async function shown(panel: Frame, kind: string): Promise<Frame> {
  await panel.getByRole('textbox').first().waitFor();
  const filled = kind !== 'empty session';
  await panel
    .locator(filled ? '.answer' : '.empty')
    .first()
    .waitFor();
  return panel;
}

/** A user opens the panel when the window has come to rest, which takes a few seconds. */
async function atRest(window: VsCodeWindow): Promise<void> {
  await window.page.waitForTimeout(6_000);
}

/** Puts a session of many turns into the one workspace that the server knows. */
async function fill(server: VsCodeServer): Promise<void> {
  const folder = join(server.dataFolder, 'data', 'User', 'globalStorage', 'causeway.causeway', 'workspaces');
  const [file] = globSync('*.db', { cwd: folder });
  if (file === undefined) throw new Error(`No database of a workspace is in ${folder}.`);
  const store = openSessionStore({
    file: join(folder, file),
    workspaceId: basename(file, '.db'),
    workerUrl: pathToFileURL(join(repositoryRoot, 'dist', 'workers', 'store.js')),
  });
  const { id } = await store.create({ door: 'panel', title: `${turnCount} turns` });
  const drafts = turns(turnCount).map(({ seq: _, parentId: __, ...draft }) => draft);
  for (let at = 0; at < drafts.length; at += batch) await store.append(id, drafts.slice(at, at + batch));
  await store.close();
}

const rows = [...runs].map(
  ([kind, figures]): Row => ({ system: `causeway (${kind})`, ...medianFigures(figures) }),
);
await finish('first-paint', [
  { name: 'first paint of the panel in VS Code', rows: [...rows, { system: 'limit', session_ms: 200 }] },
]);
