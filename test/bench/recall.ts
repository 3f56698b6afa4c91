/**
 * Recall as a window has it: the built workers, the store and the index in threads of their own.
 *
 * One session of 20,000 turns: a question, a turn from its append until it is found, and the first question after a
 * start, in time and in processor time of all threads. Beside it, in the same run and on the same database: the
 * full-text search of SQLite (FTS5) for the same questions, opening the store alone, and reading the same log without
 * indexing it.
 * A workspace of 100,000 turns: indexing all of it, with the memory of the process and the delay of the main thread's
 * event loop meanwhile; beside it the same main thread at rest, and while the same log is read by a worker.
 *
 * The texts are drawn from the words of the shipped table by Zipf's law, as often as words are in English.
 * `--turns N` and `--workspace N` make both smaller.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RecallQuestion } from '../../src/core/ports.ts';
import { headBytes } from '../../src/core/recall/wordVectors.ts';
import type { EntryDraft } from '../../src/protocol/entries.ts';
import { type LinkedSessionStore, openSessionStore } from '../../src/store/openSessionStore.ts';
import { SqliteStore } from '../../src/store/sqlite/sqliteStore.ts';
import { type ClosableRecall, openRecall } from '../../src/workers/openRecall.ts';
import { finish, median, option, type Row, repeats } from './support/table.ts';

const turns = Number(option('--turns') ?? 20_000);
const workspaceTurns = Number(option('--workspace') ?? 100_000);
/** Turns of one session of the workspace: a long afternoon. */
const perSession = 500;
const questions = 200;
const limit = 20;

const root = fileURLToPath(new URL('../../', import.meta.url));
execFileSync(process.execPath, ['esbuild.mjs', '--cli'], { cwd: root, stdio: 'ignore' });
const worker = (name: string): URL => pathToFileURL(join(root, 'out', 'cli', 'workers', `${name}.js`));
const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'));

/** The words of the table stand in it by their frequency, the most frequent first. */
function tableWords(): string[] {
  const bytes = readFileSync(join(root, 'src', 'workers', 'vectors', 'words.bin'));
  const length = bytes.readUInt32LE(headBytes - 4);
  return bytes.toString('utf8', headBytes, headBytes + length).split('\n');
}
const words = tableWords();
/** How often each word and all before it are drawn, after Zipf and Mandelbrot. */
const cumulated = new Float64Array(words.length);
for (let at = 0, sum = 0; at < words.length; at++) {
  sum += 1 / (at + 2.7);
  cumulated[at] = sum;
}
let state = 1;
/** Repeatable, so that versions are compared on the same texts; from 0 to below 1. */
const draw = (): number => {
  state = (state * 48_271) % 2_147_483_647;
  return state / 2_147_483_647;
};
function word(): string {
  const wanted = draw() * (cumulated.at(-1) ?? 1);
  let low = 0;
  let high = words.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulated[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return words[low] ?? '';
}
const text = (least: number, most: number): string =>
  Array.from({ length: least + Math.floor(draw() * (most - least)) }, word).join(' ');

const common = () => ({ id: crypto.randomUUID(), at: Date.now() });
function turn(): EntryDraft[] {
  const turnId = crypto.randomUUID();
  return [
    {
      ...common(),
      kind: 'user',
      turnId,
      door: 'cli',
      content: [{ type: 'text', text: text(8, 40) }],
      grounding: 'off',
    },
    {
      ...common(),
      kind: 'assistant',
      turnId,
      door: 'core',
      provider: 'p',
      model: 'm',
      content: [{ type: 'text', text: text(60, 180) }],
      outcome: 'done',
    },
  ];
}

/** Sessions of so many turns each, and full-text search brought up to date. */
async function fill(file: string, sessions: number, each: number): Promise<string[]> {
  const store = await SqliteStore.open({ file, workspaceId: 'w', key: undefined, emit: () => undefined });
  const ids: string[] = [];
  for (let made = 0; made < sessions; made++) {
    const { id } = store.create({ door: 'cli' });
    ids.push(id);
    for (let done = 0; done < each; done += 500)
      store.append(id, Array.from({ length: Math.min(500, each - done) }, turn).flat());
  }
  store.search('catch up');
  await store.close();
  return ids;
}

interface Window {
  store: LinkedSessionStore;
  recall: ClosableRecall;
  lines: string[];
  close(): Promise<void>;
}
function open(file: string): Window {
  const store = openSessionStore({ file, workspaceId: 'w', workerUrl: worker('store') });
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = { info: write, warn: write, error: write };
  const recall = openRecall({ workerUrl: worker('recall'), stores: [store], isWanted: () => true, log });
  return {
    store,
    recall,
    lines,
    async close() {
      await recall.close();
      await store.close();
    },
  };
}

const question = (sessionId: string, asked: string, scope: RecallQuestion['scope'] = 'session') => ({
  sessionId,
  leafId: undefined,
  text: asked,
  now: Date.now(),
  limit,
  except: new Set<string>(),
  scope,
});

const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
};

/** The share of values that are at most the result. */
function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Until nothing is left to index, however long that takes. */
async function indexed(window: Window, sessionId: string, scope: RecallQuestion['scope']): Promise<void> {
  for (;;) {
    const before = window.lines.length;
    const hits = await window.recall.search(question(sessionId, text(3, 12), scope));
    if (window.lines.length === before && hits.length > 0) return;
    if (window.lines.some((line) => line.includes('could not be searched')))
      throw new Error(window.lines.join());
  }
}

async function readLog(store: LinkedSessionStore, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    for (let afterSeq = 0; ; afterSeq += 64) {
      const page = await store.log(id, { afterSeq, limit: 64 });
      if (page.length < 64) break;
    }
  }
}

async function oneSession(): Promise<Row[]> {
  const file = join(folder, 'session.db');
  const [id = ''] = await fill(file, 1, turns);
  const first = open(file);
  const readMs = await timed(() => readLog(first.store, [id]));
  const indexMs = await timed(() => indexed(first, id, 'session'));
  const asked: number[] = [];
  const fts: number[] = [];
  for (let each = 0; each < questions; each++) {
    const said = text(5, 20);
    asked.push(await timed(() => first.recall.search(question(id, said))));
    // FTS5 asks for all words; of as many as these no entry has all, which would be no work to find out.
    fts.push(await timed(() => first.store.search(said.split(' ').slice(0, 2).join(' '), { limit })));
  }
  const recallable: number[] = [];
  for (let each = 0; each < questions / 4; each++) {
    const [input] = turn();
    if (input?.kind !== 'user') continue;
    const unique = `zzq${each.toString(36)}x`;
    const draft: EntryDraft = { ...input, content: [{ type: 'text', text: `${text(8, 40)} ${unique}` }] };
    recallable.push(
      await timed(async () => {
        await first.store.append(id, [draft]);
        for (;;) {
          const hits = await first.recall.search(question(id, unique));
          if (hits.some(({ entryId }) => entryId === draft.id)) return;
        }
      }),
    );
  }
  await first.close();
  const restarts: number[] = [];
  const restartsCpu: number[] = [];
  const opens: number[] = [];
  for (let each = 0; each < repeats(5); each++) {
    const before = process.cpuUsage();
    const window = open(file);
    restarts.push(await timed(() => window.recall.search(question(id, text(5, 20)))));
    const { user, system } = process.cpuUsage(before);
    restartsCpu.push((user + system) / 1000);
    await window.close();
    const alone = open(file);
    opens.push(await timed(() => alone.store.get(id)));
    await alone.close();
  }
  return [
    {
      system: 'causeway',
      turns,
      query_p50_ms: at(asked, 0.5),
      query_p95_ms: at(asked, 0.95),
      recallable_p50_ms: at(recallable, 0.5),
      recallable_max_ms: Math.max(...recallable),
      restart_ms: median(restarts),
      restart_cpu_ms: median(restartsCpu),
      index_ms: indexMs,
      db_mb: statSync(file).size / 1e6,
    },
    { system: 'fts5', turns, query_p50_ms: at(fts, 0.5), query_p95_ms: at(fts, 0.95) },
    { system: 'store alone', turns, restart_ms: median(opens), index_ms: readMs },
    { system: 'limit', query_p95_ms: 5, recallable_max_ms: 1000, restart_ms: 300 },
  ];
}

interface Watched {
  ms: number;
  delay_p99_ms: number;
  delay_max_ms: number;
  rss_mb: number;
}

/** What the main thread notices of some work: a delay of 1 ms is its timer's own. */
async function watched(run: () => Promise<unknown>): Promise<Watched> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let rss = 0;
  const sample = setInterval(() => {
    rss = Math.max(rss, process.memoryUsage.rss());
  }, 200);
  const ms = await timed(run);
  clearInterval(sample);
  delay.disable();
  rss = Math.max(rss, process.memoryUsage.rss());
  return {
    ms,
    delay_p99_ms: delay.percentile(99) / 1e6,
    delay_max_ms: delay.max / 1e6,
    rss_mb: rss / 1e6,
  };
}

async function workspace(): Promise<Row[]> {
  const file = join(folder, 'workspace.db');
  const ids = await fill(file, Math.ceil(workspaceTurns / perSession), perSession);
  const [id = ''] = ids;
  const rows: Row[] = [];
  const rest = await watched(() => setTimeout(10_000));
  rows.push({ system: 'at rest', ...rest });
  const reader = open(file);
  rows.push({
    system: 'reading alone',
    turns: workspaceTurns,
    ...(await watched(() => readLog(reader.store, ids))),
  });
  await reader.close();
  const window = open(file);
  const indexing = await watched(() => indexed(window, id, 'workspace'));
  const asked: number[] = [];
  for (let each = 0; each < 30; each++)
    asked.push(await timed(() => window.recall.search(question(id, text(5, 20), 'workspace'))));
  await window.close();
  const again = open(file);
  const restarted = await watched(() => indexed(again, id, 'workspace'));
  await again.close();
  rows.push({ system: 'causeway', turns: workspaceTurns, ...indexing, query_p95_ms: at(asked, 0.95) });
  rows.push({ system: 'causeway (started again)', turns: workspaceTurns, ...restarted });
  rows.push({ system: 'limit', delay_p99_ms: 20 });
  return rows;
}

try {
  const session = await oneSession();
  await finish('recall', [
    { name: 'one session', rows: session },
    { name: 'indexing a workspace', rows: workspaceTurns > 0 ? await workspace() : [] },
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
