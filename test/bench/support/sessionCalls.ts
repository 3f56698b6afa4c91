/**
 * What it costs to have a call of the model wire belong to a session, with recall and with passages of the workspace:
 * latency beside the API's own, at a fixed rate, and processor time.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { repositoryRoot } from '../../support/vscode/paths.ts';
import { prepareCauseway } from './relay/causeway.ts';
import { type Running, startProgram, startScript } from './relay/servers.ts';
import { median, type Table } from './table.ts';

/** Calls a second: more than a person's scripts make together, and far from what keeps a core busy. */
const rate = 20;
const secondsPerRound = 5;
const rounds = 5;
/** Conversations that go on beside each other, each with its history, which is sent again. */
const conversations = 10;

interface Target {
  pool: Pool;
  headers: Record<string, string>;
}

type Message = { role: 'user' | 'assistant'; content: unknown };

interface Talk {
  messages: Message[];
  session: string | undefined;
}

const model = 'claude-opus-5-5';
const question = (n: number): string =>
  `Why is the test of timer ${n} flaky, and what would you change in it?`;

/** One call, whose answer becomes part of the conversation; resolves with the session's id where there is one. */
async function call({ pool, headers }: Target, talk: Talk, n: number): Promise<void> {
  talk.messages.push({ role: 'user', content: question(n) });
  const answer = await pool.request({
    path: '/v1/messages',
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      ...headers,
      ...(talk.session === undefined ? {} : { 'x-causeway-session': talk.session }),
    },
    body: JSON.stringify({ model, max_tokens: 4000, messages: talk.messages }),
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`Status ${answer.statusCode}: ${text.slice(0, 300)}`);
  const { content } = JSON.parse(text) as { content: unknown };
  talk.messages.push({ role: 'assistant', content });
  const session = answer.headers['x-causeway-session'];
  if (talk.session !== undefined && typeof session === 'string') talk.session = session;
}

/** Latencies in ms, each from the time at which its call was due. */
async function round(target: Target, talks: readonly Talk[]): Promise<number[]> {
  const from = performance.now() + 10;
  const times: number[] = [];
  // A conversation's next call waits for its last one; with ten of them none has to at this rate.
  const last = talks.map(() => Promise.resolve());
  for (let n = 0; n < rate * secondsPerRound; n++) {
    const due = from + (n * 1000) / rate;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const at = n % talks.length;
    const talk = talks[at];
    if (!talk) continue;
    last[at] = (last[at] ?? Promise.resolve())
      .then(() => call(target, talk, n))
      .then(() => void times.push(performance.now() - due));
  }
  await Promise.all(last);
  return times;
}

const at = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** `causeway serve` in a folder with our own sources, beside an API that answers at once and limits nobody. */
export async function sessionTable(): Promise<Table> {
  const upstream = await startScript(1, new URL('./soak/upstream.ts', import.meta.url));
  const api = { url: `http://127.0.0.1:${upstream.port}`, key: 'sk-upstream' };
  const scratch = mkdtempSync(join(tmpdir(), 'causeway-session-'));
  const scopes = ['models', 'turns', 'sessions:read', 'sessions:write', 'grounding'];
  const { args, env, port, token, folder } = await prepareCauseway(scratch, api, scopes);
  cpSync(join(repositoryRoot, 'src'), join(folder, 'src'), { recursive: true });
  const server = await startProgram(0, port, args, env);
  const direct = { pool: new Pool(api.url), headers: { 'x-api-key': api.key } };
  const ours = {
    pool: new Pool(`http://127.0.0.1:${port}`),
    headers: { 'x-api-key': token, 'x-causeway-context': 'recall,workspace' },
  };
  try {
    return await sessionCalls(direct, ours, server);
  } finally {
    await Promise.all([direct.pool.destroy(), ours.pool.destroy(), server.close(), upstream.close()]);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Rounds of both, one after the other, each with new conversations; the first of each warms it up. */
async function sessionCalls(direct: Target, ours: Target, server: Running): Promise<Table> {
  const newTalks = (session: string | undefined): Talk[] =>
    Array.from({ length: conversations }, () => ({ messages: [], session }));
  const times = { direct: [] as number[][], ours: [] as number[][] };
  const cpu: number[] = [];
  for (let n = 0; n <= rounds; n++) {
    const withoutUs = await round(direct, newTalks(undefined));
    const before = server.cpuUs();
    const withUs = await round(ours, newTalks('new'));
    const after = server.cpuUs();
    const one = { direct: withoutUs, ours: withUs };
    if (n === 0) continue;
    if (before !== undefined && after !== undefined) cpu.push((after - before) / withUs.length);
    times.direct.push(one.direct);
    times.ours.push(one.ours);
  }
  const of = (share: number, values: readonly number[][]) => median(values.map((one) => at(one, share)));
  const added = (share: number) =>
    median(times.ours.map((one, n) => at(one, share) - at(times.direct[n] ?? [], share)));
  return {
    name: `a call of a session over Anthropic's wire with recall and grounding, at ${rate} calls a second, ${conversations} conversations`,
    rows: [
      { system: 'direct', p50_ms: of(0.5, times.direct), p99_ms: of(0.99, times.direct) },
      {
        system: 'causeway-session',
        p50_ms: of(0.5, times.ours),
        p99_ms: of(0.99, times.ours),
        added_p50_ms: added(0.5),
        added_p99_ms: added(0.99),
        ...(cpu.length > 0 ? { cpu_us_per_req: median(cpu) } : {}),
        rss_mb: server.rssMb(),
      },
    ],
  };
}
