/**
 * The bridge: what passing a call of a model on costs, beside the bare limit on Node and Portkey's gateway; the time
 * to the first token of a session's turn beside a call of the API itself (here its fake, which answers at once); and requests a second of a JSON route beside a bare `node:http` server that sends the same bytes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import type { BridgeProcessOptions } from '../conformance/bridge/bridgeProcess.ts';
import { discoveries, freePorts } from '../conformance/bridge/support.ts';
import { type ChildServer, startChildServer } from './support/childServer.ts';
import { relayTables } from './support/relay/run.ts';
import { sessionTable } from './support/sessionCalls.ts';
import { finish, median, type Row } from './support/table.ts';

const rounds = 5;
const turnsPerRound = 40;
const secondsPerRound = 2;
const connections = 16;

// First and alone, since nothing else of this benchmark may run beside it.
const relays = await relayTables();

const stateDir = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
const fake = await startChildServer<{ url: string; key: string }>(
  new URL('../support/anthropic/main.ts', import.meta.url),
);
const options: BridgeProcessOptions = {
  stateDir,
  port: await freePorts(),
  workspaceId: '11111111-1111-4111-8111-111111111111',
  folder: stateDir,
  fake: fake.told,
};
const bridge = await startChildServer<{ port: number }>(
  new URL('../conformance/bridge/bridgeProcess.ts', import.meta.url),
  JSON.stringify(options),
);
const api = new Pool(fake.told.url, { connections });
const ours = new Pool(`http://127.0.0.1:${bridge.told.port}`, { connections });
const [{ ownerToken = '' } = {}] = discoveries(stateDir);
const token = { authorization: `Bearer ${ownerToken}` };
const json = { 'content-type': 'application/json' };
const question = 'Why is the test of the timer flaky?';

interface Asked {
  pool: Pool;
  path: string;
  headers: Record<string, string>;
  body: unknown;
  /** What the stream holds as soon as the first token is there. */
  firstToken: string;
}

/** Milliseconds from the request to the first token. The stream is read to its end. */
async function firstTokenMs({ pool, path, headers, body, firstToken }: Asked): Promise<number> {
  const from = performance.now();
  const answer = await pool.request({
    path,
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });
  let first: number | undefined;
  let text = '';
  for await (const chunk of answer.body) {
    if (first === undefined) text += chunk;
    if (first === undefined && text.includes(firstToken)) first = performance.now() - from;
  }
  if (first === undefined)
    throw new Error(`No token came with status ${answer.statusCode}: ${text.slice(0, 300)}`);
  return first;
}

const direct = (): Promise<number> =>
  firstTokenMs({
    pool: api,
    path: '/v1/messages',
    headers: { 'x-api-key': fake.told.key, 'anthropic-version': '2023-06-01' },
    body: {
      model: 'claude-opus-5-5',
      max_tokens: 8000,
      stream: true,
      messages: [{ role: 'user', content: question }],
    },
    firstToken: 'event: content_block_delta',
  });

async function newSession(): Promise<string> {
  const made = await ours.request({
    path: '/v1/sessions',
    method: 'POST',
    headers: { ...json, ...token },
    body: '{}',
  });
  const { session } = (await made.body.json()) as { session: { id: string } };
  return session.id;
}

const turn = (sessionId: string): Promise<number> =>
  firstTokenMs({
    pool: ours,
    path: `/v1/sessions/${sessionId}/turns`,
    headers: token,
    body: { text: question, stream: true },
    firstToken: 'event: turn.text',
  });

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** Rounds of both, one after the other, so that what else the machine does falls on both. */
async function firstTokens(): Promise<Row[]> {
  const times = { direct: [] as number[][], turn: [] as number[][] };
  for (let n = 0; n < turnsPerRound; n++) {
    await direct();
    await turn(await newSession());
  }
  for (let round = 0; round < rounds; round++) {
    const one = { direct: [] as number[], turn: [] as number[] };
    for (let n = 0; n < turnsPerRound; n++) {
      one.direct.push(await direct());
      one.turn.push(await turn(await newSession()));
    }
    times.direct.push(one.direct);
    times.turn.push(one.turn);
  }
  const medianOf = (share: number, of: readonly number[][]) => median(of.map((values) => at(values, share)));
  const added = (share: number) =>
    median(times.turn.map((values, round) => at(values, share) - at(times.direct[round] ?? [], share)));
  return [
    { system: 'direct', ttfb_p50_ms: medianOf(0.5, times.direct), ttfb_p99_ms: medianOf(0.99, times.direct) },
    {
      system: 'causeway-session',
      ttfb_p50_ms: medianOf(0.5, times.turn),
      ttfb_p99_ms: medianOf(0.99, times.turn),
      added_ttfb_p50_ms: added(0.5),
      added_ttfb_p99_ms: added(0.99),
    },
  ];
}

/** One closed loop a connection: the next request when the answer to the last is there. */
async function load(pool: Pool, path: string, server: ChildServer<unknown>): Promise<Record<string, number>> {
  const times: number[] = [];
  const cpu = server.cpuUs();
  const from = performance.now();
  const end = from + secondsPerRound * 1000;
  const loop = async () => {
    while (performance.now() < end) {
      const asked = performance.now();
      const { statusCode, body } = await pool.request({ path, method: 'GET', headers: token });
      await body.dump();
      if (statusCode !== 200) throw new Error(`Status ${statusCode}.`);
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: connections }, loop));
  const seconds = (performance.now() - from) / 1000;
  const used = server.cpuUs();
  return {
    req_per_s: times.length / seconds,
    p50_ms: at(times, 0.5),
    p99_ms: at(times, 0.99),
    ...(cpu === undefined || used === undefined ? {} : { cpu_us_per_req: (used - cpu) / times.length }),
  };
}

async function listing(): Promise<Row[]> {
  const path = '/v1/sessions?limit=10';
  const listed = await (await ours.request({ path, method: 'GET', headers: token })).body.text();
  const bare = await startChildServer<{ port: number }>(
    new URL('./support/bareServer.ts', import.meta.url),
    listed,
  );
  const bareUrl = `http://127.0.0.1:${bare.told.port}`;
  const barePool = new Pool(bareUrl, { connections });
  const runs: Record<'direct' | 'causeway-session', Record<string, number>[]> = {
    direct: [],
    'causeway-session': [],
  };
  // The first run of each warms it up.
  for (let round = 0; round <= rounds; round++) {
    const one = { direct: await load(barePool, path, bare), ours: await load(ours, path, bridge) };
    if (round === 0) continue;
    runs.direct.push(one.direct);
    runs['causeway-session'].push(one.ours);
  }
  await barePool.destroy();
  await bare.close();
  return Object.entries(runs).map(([system, figures]) => ({
    system,
    ...Object.fromEntries(
      Object.keys(figures[0] ?? {}).map((key) => [key, median(figures.map((run) => run[key] ?? 0))]),
    ),
    bytes: listed.length,
  }));
}

try {
  await finish('bridge', [
    ...relays,
    { name: 'time to the first token of a turn', rows: await firstTokens() },
    await sessionTable(),
    {
      name: `GET /v1/sessions over ${connections} connections; direct is a bare node:http server`,
      rows: await listing(),
    },
  ]);
} finally {
  await Promise.all([api.destroy(), ours.destroy()]);
  await Promise.all([bridge.close(), fake.close()]);
  rmSync(stateDir, { recursive: true, force: true });
}
