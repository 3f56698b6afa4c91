/**
 * `npm run bench:soak -- --requests N --turns N`: one bridge, as `causeway serve` starts it, through a million relayed
 * calls and 20,000 turns; whether its memory stays flat once it is warm, and whether any handle stays open. The run is
 * cut into laps: after each, when nothing runs, the process is asked what it holds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Pool } from 'undici';
import {
  countsText,
  type Holdings,
  holdingsArgs,
  holdingsOf,
  slopeOf,
  writeHeap,
} from '../support/holdings.ts';
import { type Prepared, prepareCauseway } from './support/relay/causeway.ts';
import { startScript } from './support/relay/servers.ts';
import { mixture, relayed, Turns } from './support/soak/requests.ts';
import { finish, option, type Row, type Table } from './support/table.ts';

const requests = Number(option('--requests') ?? 1_000_000);
const turns = Number(option('--turns') ?? 20_000);
/** A folder for heap snapshots of when it is warm and of the end, where somebody looks for a leak. */
const snapshots = option('--snapshots');
const laps = 40;
/** By then the largest caches of a whole run are full: of ten million characters of turns, and of 100,000 counts. */
const warmLaps = 20;
const connections = 16;
/** undici closes what is idle after four seconds, and Node's server after five; both sides then hold no connection. */
const idleMs = 6_000;
const mb = (bytes: number) => bytes / 1024 / 1024;

function started({ args, env }: Prepared): ChildProcess {
  return spawn(process.execPath, [...holdingsArgs, ...args], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    const [answer] = await Promise.race([
      once(socket, 'connect').then(() => ['open']),
      once(socket, 'error').then(() => ['closed']),
    ]).catch(() => ['closed']);
    socket.destroy();
    if (answer === 'open') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Numbers from `from` to `to` in turn, `beside` of them at a time. */
async function each(from: number, to: number, beside: number, one: (number: number) => Promise<void>) {
  let next = from;
  const loop = async () => {
    while (next < to) await one(next++);
  };
  await Promise.all(Array.from({ length: beside }, loop));
}

const scratch = mkdtempSync(join(tmpdir(), 'causeway-soak-'));
const upstream = await startScript(1, new URL('./support/soak/upstream.ts', import.meta.url));
const scopes = ['models', 'turns', 'sessions:read', 'sessions:write'];
const prepared = await prepareCauseway(
  scratch,
  { url: `http://127.0.0.1:${upstream.port}`, key: 'sk-upstream' },
  scopes,
);
const bridge = started(prepared);
const address = `http://127.0.0.1:${prepared.port}`;

interface Lap extends Holdings {
  thousands: number;
}

/** A run takes a quarter of an hour. */
function told(lap: number, sample: Lap | undefined): void {
  if (!sample) return;
  const { rss, heapUsed, workerHeaps } = sample;
  const [all, own, workers] = [rss, heapUsed, workerHeaps].map((bytes) => Math.round(mb(bytes)));
  console.error(`lap ${lap} of ${laps}: ${all} MB, heap ${own} MB, workers ${workers} MB`);
}

async function run(): Promise<Table[]> {
  await listening(prepared.port);
  const samples: Lap[] = [];
  let before: Holdings | undefined;
  let seconds = 0;
  const idle = async () => {
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    return holdingsOf(bridge);
  };
  const talks = new Turns(prepared.token);
  for (let lap = 0; lap < laps; lap++) {
    const pool = new Pool(address, { connections: connections + 2 });
    const share = (all: number, at: number) => Math.floor((all * at) / laps);
    const from = performance.now();
    await Promise.all([
      each(share(requests, lap), share(requests, lap + 1), connections, (number) =>
        relayed(pool, prepared.token, number),
      ),
      each(share(turns / 2, lap), share(turns / 2, lap + 1), 1, (number) => talks.inLong(pool, number)),
      each(share(turns / 2, lap), share(turns / 2, lap + 1), 1, () => talks.inShort(pool)),
    ]);
    seconds += (performance.now() - from) / 1000;
    await pool.close();
    samples.push({ thousands: share(requests, lap + 1) / 1000, ...(await holdingsOf(bridge)) });
    told(lap + 1, samples.at(-1));
    if (lap + 1 === warmLaps) {
      before = await idle();
      if (snapshots !== undefined) await writeHeap(bridge, join(snapshots, 'warm.heapsnapshot'));
    }
  }
  const after = await idle();
  if (snapshots !== undefined) await writeHeap(bridge, join(snapshots, 'end.heapsnapshot'));
  const warm = samples.slice(warmLaps);
  const slope = (read: (held: Holdings) => number) =>
    slopeOf(warm.map((one) => [one.thousands, read(one) / 1024] as const));
  const first = samples[warmLaps - 1];
  const held = (system: string, { resources, descriptors }: Holdings): Row => ({
    system,
    handles: countsText(resources),
    descriptors: countsText(descriptors),
  });
  const memory: Row = {
    system: 'causeway',
    requests,
    turns,
    sessions: talks.sessions,
    req_per_s: requests / seconds,
    rss_warm_mb: first && mb(first.rss),
    rss_end_mb: mb(after.rss),
    rss_max_mb: mb(Math.max(...samples.map(({ rss }) => rss))),
    rss_kb_per_1000: slope(({ rss }) => rss),
    heap_warm_mb: first && mb(first.heapUsed),
    heap_end_mb: mb(after.heapUsed),
    heap_kb_per_1000: slope(({ heapUsed }) => heapUsed),
    external_kb_per_1000: slope(({ external }) => external),
    workers_kb_per_1000: slope(({ workerHeaps }) => workerHeaps),
  };
  return [
    {
      name: `${mixture}; ${connections} connections; memory after each of ${laps} laps, slopes after ${warmLaps}`,
      rows: [memory],
    },
    {
      name: 'what it holds when nothing runs',
      rows: [...(before ? [held('causeway, warm', before)] : []), held('causeway, at the end', after)],
    },
  ];
}

/** What it wrote: each database with its sidecars, and how many calls of all are in the log. */
function databases(): Row[] {
  const files = globSync('**/*.db*', { cwd: prepared.home }).map((file) => join(prepared.home, file));
  return files
    .filter((file) => file.endsWith('.db'))
    .map((file) => {
      const sizes = files.filter((one) => one.startsWith(file)).map((one) => statSync(one).size);
      const db = new DatabaseSync(file, { readOnly: true });
      const hasCalls = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'call'").get() !== undefined;
      const calls = hasCalls ? db.prepare('SELECT COUNT(*) AS calls FROM call').get()?.calls : undefined;
      db.close();
      const size = mb(sizes.reduce((sum, one) => sum + one, 0));
      return { system: basename(file), size_mb: size, ...(typeof calls === 'number' ? { calls } : {}) };
    });
}

try {
  const tables = await run();
  await finish('soak', [...tables, { name: 'files at the end', rows: databases() }]);
} finally {
  const exited = once(bridge, 'exit');
  bridge.kill('SIGKILL');
  await Promise.all([exited, upstream.close()]);
  rmSync(scratch, { recursive: true, force: true });
}
