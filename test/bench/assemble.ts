/**
 * Putting a turn's context together in a session of 10,000 turns on a real store, end to end: frames, directives and
 * tasks, the tail, counting with Claude's vocabulary in its worker, fitting, and the request itself. Beside it a session
 * of 100 turns, the first turn after a start, and what reading the whole session would take.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContextBuilder } from '../../src/core/context/contextBuilder.ts';
import { TokenFactors } from '../../src/core/context/factors.ts';
import { Branches } from '../../src/core/memory/branch.ts';
import { claudeModels } from '../../src/core/providers/anthropic/models.ts';
import type { SessionStore } from '../../src/core/session/store.ts';
import { defaultSettings } from '../../src/core/settings.ts';
import type { EntryDraft, FrameBody } from '../../src/protocol/entries.ts';
import { openSessionStore } from '../../src/store/openSessionStore.ts';
import { openTokenCounter } from '../../src/workers/openTokenCounter.ts';
import { finish, median, option, type Row, repeats } from './support/table.ts';
import { sentence } from './support/words.ts';

const turnCount = Number(option('--turns') ?? 10_000);
/** Turns that one frame stands for, as the default settings make them. */
const perFrame = 100;
/** Contexts assembled in one repetition; each is that of a new turn. */
const samples = 60;

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
    await store.append(id, entries);
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

const counter = openTokenCounter({
  workerUrl: worker('tokens'),
  log: { info: () => undefined, warn: console.error, error: console.error },
});
const file = { uri: 'file:///w/a.ts', path: 'a.ts', languageId: 'typescript', text: sentence(800) };

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
    counter,
    factors: new TokenFactors(),
    settings: defaultSettings,
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

async function measured(system: string, store: SessionStore, sessionId: string): Promise<Row> {
  const runs = repeats(3);
  const first: number[] = [];
  const later: number[][] = [];
  let tokens = 0;
  for (let run = 0; run < runs; run++) {
    const { builder, end } = builderOf(store);
    first.push(await timed(() => builder.build(requestOf(sessionId, sentence(20)))));
    const taken: number[] = [];
    for (let at = 0; at < samples; at++) {
      await store.append(sessionId, turn(turnCount + at));
      taken.push(await timed(() => builder.build(requestOf(sessionId, sentence(20)))));
    }
    const built = await builder.build(requestOf(sessionId, 'How many?'));
    tokens = built.report.segments.reduce((sum, segment) => sum + segment.tokens, 0);
    later.push(taken.sort((a, b) => a - b));
    end();
  }
  const at = (share: number) => median(later.map((taken) => taken[Math.floor(taken.length * share)] ?? 0));
  return {
    system,
    p50_ms: at(0.5),
    p95_ms: at(0.95),
    max_ms: at(0.999),
    first_ms: median(first),
    tokens,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
const store = openSessionStore({
  file: join(folder, 'sessions.db'),
  workspaceId: 'w',
  workerUrl: worker('store'),
});
const short = await fill(store, 100);
const long = await fill(store, turnCount);
// The vocabulary is loaded once in a window, long before most turns.
await counter.count(['warm']);
const rows: Row[] = [
  await measured(`causeway (${turnCount} turns)`, store, long),
  await measured('causeway (100 turns)', store, short),
  { system: 'reading the whole session', first_ms: await timed(() => store.path(long)) },
];
await store.close();
await counter.close();
rmSync(folder, { recursive: true });
await finish('assemble', [{ name: 'the context of one turn', rows }]);
