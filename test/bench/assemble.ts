/**
 * Putting a turn's context together in a session of 10,000 turns, end to end and with the store, recall and the tokenizer
 * in their workers: frames, directives and tasks, the tail, recalled turns, counting with Claude's vocabulary, fitting,
 * and the request itself. Beside it the fitting alone (`assemble`, which is pure), a session of 100 turns, and limits:
 * the bare rows of the same tail and recalled turns read from the worker and with a bare statement in this thread, the
 * recall alone, and reading the whole session. `-- --turns N` sets the turns, `-- --recall off` leaves recall out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { assemble } from '../../src/core/context/assembler.ts';
import { ContextBuilder } from '../../src/core/context/contextBuilder.ts';
import type { BuiltContext } from '../../src/core/context/contextRequest.ts';
import { TokenFactors } from '../../src/core/context/factors.ts';
import { mostFound } from '../../src/core/context/recalled.ts';
import { Branches } from '../../src/core/memory/branch.ts';
import { claudeModels } from '../../src/core/providers/anthropic/models.ts';
import { Masker } from '../../src/core/secrets/masker.ts';
import type { SessionStore } from '../../src/core/session/store.ts';
import { defaultSettings } from '../../src/core/settings.ts';
import type { EntryDraft, FrameBody } from '../../src/protocol/entries.ts';
import { openSessionStore } from '../../src/store/openSessionStore.ts';
import { openRecall } from '../../src/workers/openRecall.ts';
import { openSecretScanner } from '../../src/workers/openSecretScanner.ts';
import { openTokenCounter } from '../../src/workers/openTokenCounter.ts';
import { finish, median, option, type Row, repeats } from './support/table.ts';
import { sentence } from './support/words.ts';

const turnCount = Number(option('--turns') ?? 10_000);
/** Turns that one frame stands for, as the default settings make them. */
const perFrame = 100;
/** Entries appended together while the session is made. */
const mostPending = 100;
/** Contexts assembled in one repetition; each is that of a new turn. */
const samples = 60;

const recallScope = option('--recall') === 'off' ? 'off' : defaultSettings.recall;

const worker = (name: string): URL => new URL(`../../src/workers/${name}.ts`, import.meta.url);
const common = () => ({ id: crypto.randomUUID(), at: Date.now(), door: 'cli' as const });
const model = claudeModels[0];
if (!model) throw new TypeError('The table of models is empty.');

/** A question, a call with its result, and an answer with the report of what was sent. */
function turn(number: number): EntryDraft[] {
  const turnId = crypto.randomUUID();
  const by = { turnId, provider: 'anthropic', model: 'm' };
  const id = `toolu_${number}`;
  const text = (words: number) => [{ type: 'text' as const, text: `${number}: ${sentence(words)}` }];
  return [
    { ...common(), kind: 'user', turnId, content: text(40), grounding: 'off' },
    {
      ...common(),
      kind: 'assistant',
      ...by,
      content: [{ type: 'tool_use', id, name: 'read_file', input: { path: `src/${number}.ts` } }],
    },
    {
      ...common(),
      kind: 'tool_result',
      turnId,
      results: [{ type: 'tool_result', tool_use_id: id, content: text(80) }],
    },
    {
      ...common(),
      kind: 'assistant',
      ...by,
      content: text(150),
      outcome: 'done',
      report: {
        model: 'anthropic/m',
        window: 200_000,
        outputReserve: 8_000,
        budget: 180_000,
        segments: [
          { kind: 'system', label: 'Causeway', tokens: 400, reason: 'r', text: sentence(300) },
          { kind: 'grounding', label: 'a.ts', tokens: 900, reason: 'r', text: sentence(600) },
        ],
        omitted: [],
      },
    },
  ];
}

const frameBody = (): FrameBody => ({
  goals: [sentence(12)],
  decisions: Array.from({ length: 5 }, () => ({ what: sentence(10), why: sentence(8) })),
  facts: Array.from({ length: 10 }, () => sentence(12)),
  entities: Array.from({ length: 8 }, () => ({ name: sentence(1), note: sentence(6) })),
  files: Array.from({ length: 6 }, () => ({ path: 'src/a.ts', state: sentence(4), symbols: ['a', 'b'] })),
  failed: [sentence(10)],
  openSteps: [sentence(10)],
  preferences: [sentence(8)],
});

/** A session with frames of frames over all but its newest turns, directives and a task. */
async function fill(store: SessionStore, count: number): Promise<string> {
  const { id } = await store.create({ door: 'cli' });
  const block: string[] = [];
  const pending: EntryDraft[] = [];
  const openFrames: { fromId: string; toId: string }[] = [];
  const frame = (fromId: string, toId: string): EntryDraft => ({
    ...common(),
    kind: 'frame',
    covers: { fromId, toId },
    method: 'extractive',
    active: true,
    body: frameBody(),
  });
  for (let number = 0; number < count; number++) {
    const entries = turn(number);
    block.push(...entries.map((entry) => entry.id));
    if (number % 50 === 7)
      entries.push({
        ...common(),
        kind: 'directive',
        directiveId: crypto.randomUUID(),
        text: `Always ${sentence(8)}`,
        state: number % 500 === 7 ? 'confirmed' : 'candidate',
        ...(block[0] === undefined ? {} : { sourceId: block[0] }),
      });
    pending.push(...entries);
    if (pending.length > mostPending || number % perFrame === perFrame - 1 || number === count - 1)
      await store.append(id, pending.splice(0));
    if (number % perFrame !== perFrame - 1 || number > count - perFrame / 2) continue;
    const [fromId] = block.splice(0);
    const toId = entries[3]?.id;
    if (fromId === undefined || toId === undefined) continue;
    await store.append(id, [frame(fromId, toId)]);
    openFrames.push({ fromId, toId });
    // Ten frames become one, as a compaction folds them.
    if (openFrames.length < 10) continue;
    const folded = openFrames.splice(0);
    const [first] = folded;
    const last = folded.at(-1);
    if (first && last) {
      await store.append(id, [frame(first.fromId, last.toId)]);
      openFrames.push({ fromId: first.fromId, toId: last.toId });
    }
  }
  await store.append(id, [
    {
      ...common(),
      kind: 'task',
      taskId: crypto.randomUUID(),
      title: sentence(6),
      state: 'open',
      steps: Array.from({ length: 12 }, () => ({ text: sentence(8), state: 'pending' as const })),
    },
  ]);
  return id;
}

const log = { info: () => undefined, warn: console.error, error: console.error };
const counter = openTokenCounter({ workerUrl: worker('tokens'), log });
const file = { uri: 'file:///w/a.ts', path: 'a.ts', languageId: 'typescript', text: sentence(800) };

const scanner = openSecretScanner({ workerUrl: worker('secrets'), log });
const masker = new Masker({
  scanner,
  key: async () => new Uint8Array(32).fill(1),
  settings: defaultSettings,
  log,
});

/** A builder as a window has it, which knows nothing yet. */
function builderOf(store: SessionStore): { builder: ContextBuilder; end(): void } {
  const branches = new Branches(store);
  const builder = new ContextBuilder({
    store,
    branches,
    workspace: {
      id: 'w',
      name: 'w',
      isTrusted: () => true,
      memoryFiles: async () => [{ path: 'AGENTS.md', text: file.text.slice(0, 2_000) }],
      openFiles: async () => [{ ...file, active: true }],
    },
    masker,
    counter,
    factors: new TokenFactors(),
    settings: { ...defaultSettings, recall: recallScope },
    recall,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
  });
  const subscription = store.onDidChange((change) => {
    if (change.type === 'appended') branches.appended(change.sessionId, change.entries);
    builder.follow(change);
  });
  return { builder, end: () => subscription.dispose() };
}

const requestOf = (sessionId: string, text: string) => ({
  sessionId,
  input: {
    id: crypto.randomUUID(),
    content: [{ type: 'text' as const, text }],
    grounding: 'open_files' as const,
  },
  parentId: undefined,
  model,
});

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

/** Of several repetitions the median of each figure. */
function figures(system: string, runs: readonly number[][], more: Omit<Row, 'system'> = {}): Row {
  const sorted = runs.map((taken) => taken.toSorted((a, b) => a - b));
  const at = (share: number) => median(sorted.map((taken) => taken[Math.floor(taken.length * share)] ?? 0));
  return { system, p50_ms: at(0.5), p95_ms: at(0.95), max_ms: at(0.999), ...more };
}

async function measured(name: string, sessionId: string): Promise<Row[]> {
  const first: number[] = [];
  const whole: number[][] = [];
  const fitting: number[][] = [];
  const rows: number[][] = [];
  const bare: number[][] = [];
  const recalls: number[][] = [];
  let tokens = 0;
  let recalled = 0;
  for (let run = 0; run < repeats(3); run++) {
    const { builder, end } = builderOf(store);
    first.push(await timed(() => builder.build(requestOf(sessionId, sentence(20)))));
    const taken: [number[], number[], number[], number[], number[]] = [[], [], [], [], []];
    for (let at = 0; at < samples; at++) {
      await store.append(sessionId, turn(turnCount + at));
      const text = sentence(20);
      let built: BuiltContext | undefined;
      taken[0].push(
        await timed(async () => {
          built = await builder.build(requestOf(sessionId, text));
        }),
      );
      if (!built) continue;
      const { gathered, report } = built;
      taken[1].push(await timed(async () => assemble(gathered)));
      const ids = [...new Set(report.segments.flatMap(({ entryIds = [] }) => entryIds))];
      taken[2].push(await timed(() => store.entries(sessionId, ids)));
      taken[3].push(await timed(async () => readBare.all(JSON.stringify(ids), sessionId)));
      const question = { sessionId, leafId: undefined, text, now: Date.now(), except: new Set<string>() };
      if (recallScope !== 'off')
        taken[4].push(
          await timed(() => recall.search({ ...question, scope: recallScope, limit: mostFound })),
        );
      tokens = report.segments.reduce((sum, segment) => sum + segment.tokens, 0);
      recalled += report.segments.filter(({ kind }) => kind === 'recall').length;
    }
    [whole, fitting, rows, bare, recalls].forEach((all, place) => {
      all.push(taken[place] ?? []);
    });
    end();
  }
  return [
    figures(`causeway (${name})`, whole, {
      first_ms: median(first),
      tokens,
      recalled: recalled / whole.flat().length,
    }),
    figures('  of it assemble alone', fitting),
    ...(recallScope === 'off' ? [] : [figures('  the same question to recall alone', recalls)]),
    figures('  limit: the same rows from the worker', rows),
    figures('  limit: the same rows, bare SQLite here', bare),
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
const databaseFile = join(folder, 'sessions.db');
const store = openSessionStore({ file: databaseFile, workspaceId: 'w', workerUrl: worker('store') });
const recall = openRecall({
  workerUrl: worker('recall'),
  stores: [store],
  isWanted: () => recallScope !== 'off',
  log,
});
const short = await fill(store, 100);
const long = await fill(store, turnCount);
const database = new DatabaseSync(databaseFile, { readOnly: true });
const readBare = database.prepare(
  'SELECT payload FROM json_each(?) CROSS JOIN entry ON session_id = ? AND entry.id = value ORDER BY seq',
);
// The vocabulary and the index are loaded once in a window, long before most turns; the first turn here has neither.
const rows: Row[] = [
  ...(await measured(`${turnCount} turns`, long)),
  ...(await measured('100 turns', short)),
  { system: 'reading the whole session', first_ms: await timed(() => store.path(long)) },
];
database.close();
await recall.close();
await store.close();
await counter.close();
await scanner.close();
rmSync(folder, { recursive: true });
await finish('assemble', [{ name: 'the context of one turn', rows }]);
