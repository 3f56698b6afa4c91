/**
 * The panel in a real browser: frames while an answer streams at 2,000 tokens a second, and the opening of a
 * session of 10,000 turns, given as the host gives it (its newest turns) and with every turn loaded.
 */
import type { Page } from 'playwright-core';
import { buildPanel } from '../../media/build.mjs';
import { panelFolder, servePanel } from '../panel/support/pageServer.ts';
import { openPanel, type PanelPage } from '../panel/support/panelPage.ts';
import { id, sessionId, status, turns, user, view } from '../panel/support/samples.ts';
import { everyKindOfMarkdown, flaky } from '../panel/support/texts.ts';
import { launchBrowser } from '../support/vscode/browser.ts';
import { finish, median, type Row } from './support/table.ts';

const repeats = 3;
const manyTurns = 10_000;
/** Entries the host sends with a view, and all there are. */
const sizes = { newest: 200, all: manyTurns * 2 };

const buildStarted = buildPanel({ outdir: panelFolder });
await buildStarted;
const server = await servePanel();
const browser = await launchBrowser();

/** Streams about 10 s of Markdown, a token every half millisecond, and measures how long each frame's work takes. */
async function streaming(): Promise<Record<string, number>> {
  const panel = await openPanel(browser, server.origin, {
    answers: {
      ready: () => ({ status: status(), view: view({ entries: [...turns(50), user(51, 'Go on')] }) }),
    },
  });
  const turn = { sessionId, turnId: id(4, 51) };
  const text = `${everyKindOfMarkdown}\n\n${flaky}\n\n`.repeat(60);
  const tokens = text.match(/[\s\S]{1,4}/g) ?? [];
  const figures = await panel.page.evaluate(stream, { turn, tokens, perSecond: 2_000, seconds: 8 });
  await panel.page.context().close();
  return figures;
}

/** Runs in the page. A frame's time is from its first callback to the task after its paint was prepared. */
async function stream(given: {
  turn: { sessionId: string; turnId: string };
  tokens: string[];
  perSecond: number;
  seconds: number;
}): Promise<Record<string, number>> {
  const { turn, tokens, perSecond, seconds } = given;
  const post = (event: unknown) => window.postMessage({ type: 'event', event }, '*');
  post({ type: 'turn.started', ...turn, provider: 'anthropic', model: 'm' });
  const work: number[] = [];
  const gaps: number[] = [];
  const begin = performance.now();
  let sent = 0;
  let previous = begin;
  const pump = setInterval(() => {
    const due = Math.min(tokens.length, Math.floor(((performance.now() - begin) / 1_000) * perSecond));
    for (; sent < due; sent++) post({ type: 'turn.text', ...turn, block: 0, text: tokens[sent] });
  }, 4);
  await new Promise<void>((done) => {
    const frame = (now: number) => {
      const started = performance.now();
      gaps.push(now - previous);
      previous = now;
      const channel = new MessageChannel();
      // Style, layout and paint of this frame come before the next task.
      channel.port1.onmessage = () => work.push(performance.now() - started);
      channel.port2.postMessage(null);
      if (now - begin < seconds * 1_000) requestAnimationFrame(frame);
      else done();
    };
    requestAnimationFrame(frame);
  });
  clearInterval(pump);
  const p95 = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? 0;
  return {
    frame_work_p95_ms: p95(work),
    frame_gap_p95_ms: p95(gaps),
    frames: gaps.length,
    tokens_per_s: (sent / (performance.now() - begin)) * 1_000,
  };
}

/** Opens a session with so many entries and measures from the host's answer to the first paint with it. */
async function opening(entryCount: number): Promise<Record<string, number>> {
  const entries = turns(entryCount / 2, manyTurns - entryCount / 2 + 1);
  const panel = await openPanel(browser, server.origin, {});
  const shown = view({ entries, hasEarlier: entryCount < sizes.all });
  const paint = await panel.page.evaluate(
    async (message) => {
      const begin = performance.now();
      window.postMessage(message, '*');
      await new Promise<void>((seen) => {
        const look = () => (document.querySelector('.answer') ? seen() : requestAnimationFrame(look));
        requestAnimationFrame(look);
      });
      await new Promise<void>((painted) => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => painted();
        requestAnimationFrame(() => channel.port2.postMessage(null));
      });
      return performance.now() - begin;
    },
    { type: 'view', view: { ...shown, session: { ...shown.session, id: id(1, 77) } } },
  );
  const mb = await heap(panel.page);
  await panel.page.context().close();
  return { first_paint_ms: paint, heap_mb: mb };
}

/** Megabytes the page's objects take after what is unused was collected. */
async function heap(page: Page): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize / 1_000_000;
}

/** From the navigation to the first paint of the panel with its session. */
async function loading(): Promise<Record<string, number>> {
  const begin = performance.now();
  const panel: PanelPage = await openPanel(browser, server.origin, {
    answers: { ready: () => ({ status: status(), view: view({ entries: turns(100) }) }) },
  });
  await panel.page.locator('.answer').first().waitFor();
  const all = performance.now() - begin;
  const contentful = await panel.page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  );
  await panel.page.context().close();
  return { first_contentful_paint_ms: contentful, page_to_answers_ms: all };
}

async function medians(measure: () => Promise<Record<string, number>>): Promise<Record<string, number>> {
  const runs: Record<string, number>[] = [];
  for (let run = 0; run < repeats; run++) runs.push(await measure());
  return Object.fromEntries(
    Object.keys(runs[0] ?? {}).map((key) => [key, median(runs.map((run) => run[key] ?? 0))]),
  );
}

const streamed: Row[] = [
  { system: 'causeway', ...(await medians(streaming)) },
  { system: 'limit', frame_work_p95_ms: 16, frame_gap_p95_ms: 16.7, tokens_per_s: 2_000 },
];
const opened: Row[] = [
  {
    system: 'causeway',
    turns: manyTurns,
    entries: sizes.newest,
    ...(await medians(() => opening(sizes.newest))),
  },
  {
    system: 'causeway (every turn loaded)',
    turns: manyTurns,
    entries: sizes.all,
    ...(await medians(() => opening(sizes.all))),
  },
  { system: 'limit', first_paint_ms: 200, heap_mb: 80 },
];
const loaded: Row[] = [{ system: 'causeway', ...(await medians(loading)) }];
await browser.close();
server.close();
await finish('panel', [
  { name: 'streaming at 2,000 tokens/s', rows: streamed },
  { name: 'a session of 10,000 turns', rows: opened },
  { name: 'loading the page', rows: loaded },
]);
