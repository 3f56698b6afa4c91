/**
 * The session store on 10,000 sessions with 100,000 messages: appending with a sync each, loading a session, listing
 * and searching, as a window sees it through the worker and as it costs inside it. Beside it, in the same run, the limit
 * (a bare `node:sqlite` insert with `synchronous=FULL`) and what peers do (the session's JSON file is written anew).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EntryDraft } from '../../src/protocol/entries.ts';
import { openSessionStore } from '../../src/store/openSessionStore.ts';
import { SqliteStore } from '../../src/store/sqlite/sqliteStore.ts';
import { finish, median, type Row } from './support/table.ts';
import { draw, sentence } from './support/words.ts';

const sessionCount = 10_000;
const perSession = 10;
/** Appends and reads measured in one repetition. */
const samples = 300;
const repeats = 3;
/** Entries of the session that grows while a file of it is rewritten; a working day has more. */
const longSession = 400;

const message = (text: string): EntryDraft => ({
  kind: 'user',
  id: crypto.randomUUID(),
  turnId: crypto.randomUUID(),
  at: Date.now(),
  door: 'cli',
  content: [{ type: 'text', text }],
  grounding: 'off',
});

const folder = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
const file = join(folder, 'sessions.db');

async function fill(): Promise<{ ids: string[]; ms: number }> {
  const store = await SqliteStore.open({ file, workspaceId: 'w', key: undefined, emit: () => undefined });
  const begun = performance.now();
  const ids: string[] = [];
  for (let at = 0; at < sessionCount; at++) {
    const { id } = store.create({ door: 'cli' });
    ids.push(id);
    store.append(
      id,
      Array.from({ length: perSession }, () => message(sentence(60))),
    );
  }
  store.search('catch up');
  const ms = performance.now() - begun;
  await store.close();
  return { ids, ms };
}

/** Milliseconds of each call, the worst last. */
async function times(count: number, run: (at: number) => unknown): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < count; at++) {
    const begun = performance.now();
    await run(at);
    taken.push(performance.now() - begun);
  }
  return taken.sort((a, b) => a - b);
}

/** p50 and p99, each the median of several repetitions. */
async function measured(
  name: string,
  run: (at: number) => unknown,
  count = samples,
): Promise<Record<string, number>> {
  const all: number[][] = [];
  for (let repeat = 0; repeat < repeats; repeat++) all.push(await times(count, run));
  const at = (share: number) => median(all.map((taken) => taken[Math.floor(taken.length * share)] ?? 0));
  return { [`${name}_p50_ms`]: at(0.5), [`${name}_p99_ms`]: at(0.99) };
}

interface Asked {
  append(text: string): unknown;
  load(id: string): unknown;
  list(): unknown;
  search(query: string): unknown;
}

async function asked(ids: readonly string[], store: Asked): Promise<Record<string, number>> {
  return {
    ...(await measured('append', () => store.append(sentence(60)))),
    ...(await measured('load', () => store.load(ids[draw(ids.length)] ?? ''))),
    ...(await measured('list', () => store.list(), 30)),
    ...(await measured('search', () => store.search(sentence(2)), 30)),
  };
}

async function throughWorker(ids: readonly string[]): Promise<Record<string, number>> {
  const workerUrl = new URL('../../src/workers/store.ts', import.meta.url);
  const begun = performance.now();
  const store = openSessionStore({ file, workspaceId: 'w', workerUrl });
  await store.list({ limit: 1 });
  const opened = performance.now() - begun;
  const { id } = await store.create({ door: 'cli' });
  const figures = await asked(ids, {
    append: (text) => store.append(id, [message(text)]),
    load: (session) => store.path(session),
    list: () => store.list(),
    search: (query) => store.search(query),
  });
  await store.close();
  return { ...figures, open_ms: opened };
}

async function inside(ids: readonly string[]): Promise<Record<string, number>> {
  const begun = performance.now();
  const store = await SqliteStore.open({ file, workspaceId: 'w', key: undefined, emit: () => undefined });
  const opened = performance.now() - begun;
  const { id } = store.create({ door: 'cli' });
  const figures = await asked(ids, {
    append: (text) => store.append(id, [message(text)]),
    load: (session) => store.path(session),
    list: () => store.list(),
    search: (query) => store.search(query),
  });
  await store.close();
  return { ...figures, open_ms: opened };
}

/** One row with the same payload and a sync each, and nothing else: what this disk and SQLite allow. */
async function bareSqlite(): Promise<Record<string, number>> {
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entry (id TEXT PRIMARY KEY, payload BLOB)',
  );
  const insert = db.prepare('INSERT INTO entry VALUES (?, ?)');
  const figures = await measured('append', () => {
    const value = message(sentence(60));
    insert.run(value.id, Buffer.from(JSON.stringify(value)));
  });
  db.close();
  return figures;
}

/** The whole session in one file, replaced at each message; with a sync, and as most do it, without. */
async function jsonFile(isSynced: boolean): Promise<Record<string, number>> {
  const target = join(folder, `session-${isSynced}.json`);
  const entries = Array.from({ length: longSession }, () => message(sentence(60)));
  const figures = await measured('append', async () => {
    entries.push(message(sentence(60)));
    const part = await open(`${target}.part`, 'w');
    await part.writeFile(JSON.stringify(entries));
    if (isSynced) await part.sync();
    await part.close();
    await rename(`${target}.part`, target);
  });
  return {
    ...figures,
    ...(await measured('load', async () => JSON.parse(await readFile(target, 'utf8')), 30)),
  };
}

const { ids, ms } = await fill();
const { size } = await stat(file);
const rows: Row[] = [
  { system: 'causeway', ...(await throughWorker(ids)) },
  { system: 'causeway (inside the worker)', ...(await inside(ids)) },
  { system: 'limit', ...(await bareSqlite()) },
  { system: 'json-file', ...(await jsonFile(false)) },
  { system: 'json-file (synced)', ...(await jsonFile(true)) },
];
const filled: Row[] = [
  {
    system: 'causeway',
    sessions: sessionCount,
    messages: sessionCount * perSession,
    fill_and_index_ms: ms,
    mb: size / 1e6,
  },
];
rmSync(folder, { recursive: true });
await finish('store', [
  { name: 'appending, loading, listing, searching', rows },
  { name: 'the database', rows: filled },
]);
