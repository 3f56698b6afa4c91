/**
 * Time to first token: what Causeway adds to calling the API itself.
 *
 * `causeway`: `Assistant.startTurn` in a fresh session until the first `turn.text`, on the wiring every door uses (store,
 * register and token counter in their workers, the bundles that are shipped); the input is durable before it is sent.
 * `direct`: the same request body through the SDK; `direct (undici)`: through an undici pool; `direct (fetch)`: through
 * the platform's fetch; each until the first `text_delta`. The API is the fake in a process of its own, which answers
 * at once. The four take turns in one run, so that a busy moment meets all; the first rounds only warm up. `added_…` is
 * the difference of the percentiles to those of `direct`, `over_undici_…` to those of undici.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { Pool } from 'undici';
import { z } from 'zod';
import { Emitter } from '../../src/base/emitter.ts';
import { anthropicKeyName } from '../../src/core/providers/anthropic/keyName.ts';
import { noFeatures } from '../../src/core/providers/anthropic/secondWind.ts';
import { identityOf } from '../../src/core/workspace/identity.ts';
import { openCore } from '../../src/openCore.ts';
import { answer } from '../support/anthropic/script.ts';
import { repositoryRoot } from '../support/vscode/paths.ts';
import { buildForProduction, removeScratch } from './support/host.ts';
import { finish, type Row, repeats } from './support/table.ts';

const warmUp = 20;
const rounds = repeats(200);
const question = 'Why does the upload test fail only on CI?';

await buildForProduction();
const folder = await mkdtemp(join(tmpdir(), 'causeway-ttft-'));
const fake = spawn(process.execPath, [join(repositoryRoot, 'test', 'support', 'anthropic', 'main.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = await once(createInterface(fake.stdout), 'line');
const { url, key } = z.object({ url: z.string(), key: z.string() }).parse(JSON.parse(String(line)));
await control('always', answer('The retry timer is created before the fake clock is installed.'));

const silent = () => undefined;
const core = await openCore({
  version: '0.0.0',
  dataFolder: join(folder, 'data'),
  profilesFolder: join(folder, 'profiles'),
  promptsFolder: join(folder, 'prompts'),
  transformsFolder: join(folder, 'transforms'),
  workersFolder: join(repositoryRoot, 'dist', 'workers'),
  identity: identityOf({ folders: [{ uri: pathToFileURL(folder).href, name: 'bench' }] }),
  workspace: { isTrusted: () => true, memoryFiles: async () => [], openFiles: async () => [] },
  roots: () => [folder],
  watch: 'told',
  settings: {
    model: '',
    smallModel: '',
    routes: {},
    endpoints: [],
    grounding: 'off',
    maxOutputTokens: 8_000,
    thinking: false,
    profile: 'coding',
    instructions: '',
    conversationTokens: 24_000,
    recall: 'session',
    embeddings: '',
    compaction: 'extractive',
    maskSecrets: true,
    maskPersonalData: false,
    maskedNames: [],
    localOnly: false,
    anthropicBaseUrl: url,
    anthropicFeatures: noFeatures,
    prices: {},
    keepCallBodies: false,
    keepIndex: true,
    otlpEndpoint: '',
  },
  secrets: {
    get: async (name) => (name === anthropicKeyName ? key : undefined),
    onDidChange: new Emitter<string>().event,
  },
  sessionKey: undefined,
  maskingKey: async () => new Uint8Array(32).fill(7),
  log: { info: silent, warn: silent, error: console.error },
});

/** Milliseconds until the first text; the rest of the answer is read before the next is asked. */
async function causeway(): Promise<number> {
  const session = await core.assistant.sessions.create({ door: 'panel' });
  const begin = performance.now();
  let ms: number | undefined;
  const { events } = await core.assistant.startTurn(session.id, { text: question, door: 'panel' });
  for await (const event of events) {
    if (event.type === 'turn.text') ms ??= performance.now() - begin;
  }
  if (ms === undefined) throw new Error('A turn ended without text.');
  return ms;
}

await causeway();
const body = await lastBody();
const raw = JSON.stringify(body);
const headers = { 'x-api-key': key, 'anthropic-version': '2026-10-21', 'content-type': 'application/json' };
const sdk = new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0 });
const pool = new Pool(url);

async function direct(): Promise<number> {
  const begin = performance.now();
  let ms: number | undefined;
  const events = await sdk.post<AsyncIterable<{ type: string }>>('/v1/messages', { body, stream: true });
  for await (const event of events) {
    if (event.type === 'content_block_delta') ms ??= performance.now() - begin;
  }
  return ms ?? Number.NaN;
}

async function viaUndici(): Promise<number> {
  const begin = performance.now();
  const response = await pool.request({ method: 'POST', path: '/v1/messages', headers, body: raw });
  return firstDelta(response.body, begin);
}

async function viaFetch(): Promise<number> {
  const begin = performance.now();
  const response = await fetch(`${url}/v1/messages`, { method: 'POST', headers, body: raw });
  return firstDelta(response.body ?? [], begin);
}

async function firstDelta(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  begin: number,
): Promise<number> {
  let text = '';
  let ms: number | undefined;
  for await (const chunk of chunks) {
    if (ms !== undefined) continue;
    text += Buffer.from(chunk).toString('latin1');
    if (text.includes('text_delta')) ms = performance.now() - begin;
  }
  return ms ?? Number.NaN;
}

const systems = { causeway, direct, 'direct (undici)': viaUndici, 'direct (fetch)': viaFetch };
const figures = new Map<string, number[]>(Object.keys(systems).map((name) => [name, []]));
for (let round = -warmUp; round < rounds; round++) {
  for (const [name, ask] of Object.entries(systems)) {
    const ms = await ask();
    if (round >= 0) figures.get(name)?.push(ms);
  }
}
await pool.close();
await core.close();
fake.kill();
await rm(folder, { recursive: true, force: true });
await removeScratch();

const at = (name: string, share: number): number => {
  const sorted = (figures.get(name) ?? []).toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
const rows = Object.keys(systems).map((system): Row => {
  const over = (name: string, share: number) =>
    name === system ? undefined : at(system, share) - at(name, share);
  return {
    system,
    ttft_p50_ms: at(system, 0.5),
    ttft_p99_ms: at(system, 0.99),
    added_p50_ms: over('direct', 0.5),
    added_p99_ms: over('direct', 0.99),
    over_undici_p50_ms: over('direct (undici)', 0.5),
    over_undici_p99_ms: over('direct (undici)', 0.99),
  };
});
await finish('ttft', [{ name: `time to first token, ${rounds} turns each`, rows }]);

/** The body of the request that came last, which the other systems send too. */
async function lastBody(): Promise<Record<string, unknown>> {
  const requests = z
    .array(z.object({ body: z.record(z.string(), z.unknown()) }))
    .parse(await control('requests'));
  const last = requests.at(-1);
  if (!last) throw new Error('No request came to the fake.');
  return last.body;
}

async function control(name: string, given: unknown = null): Promise<unknown> {
  const response = await fetch(`${url}/__control/${name}`, { method: 'POST', body: JSON.stringify(given) });
  return response.json();
}
