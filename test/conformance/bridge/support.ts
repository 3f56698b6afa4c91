/** A bridge over the real core and the real register of clients, on ports of its own, and raw ways to talk to it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bridge, type BridgeOptions, startBridge } from '../../../src/bridge/bridge.ts';
import type { Limiter } from '../../../src/core/limits/limiter.ts';
import { type ClientInit, clientScopes } from '../../../src/core/register.ts';
import type { CallBatch, KeptBodies } from '../../../src/core/relay/callBatch.ts';
import type { AnthropicRelay, AnthropicRelayOptions } from '../../../src/core/relay/modelRelay.ts';
import { type Discovery, discovery } from '../../../src/protocol/bridge.ts';
import { openUserDatabase, type UserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { startCore, type TestCore, type TestCoreOptions, workerUrl } from '../../support/core.ts';
import { testCalls, testLimiter, testRelay } from '../../support/relay.ts';

export const ownWorkspaceId = '11111111-1111-4111-8111-111111111111';

export interface TestBridge {
  bridge: Bridge;
  core: TestCore;
  users: UserDatabase;
  stateDir: string;
  port: number;
  url: string;
  /** Token of a client that may do everything. */
  token: string;
  calls: CallBatch;
  relay: AnthropicRelay;
  limiter: Limiter;
  logged: string[];
  ownerToken(): string;
  addClient(init?: Partial<ClientInit>): Promise<{
    id: string;
    token: string;
  }>;
  close(): Promise<void>;
}

/** Files that run beside each other look for ports in ranges of their own. */
const firstPort = 20_000 + (Number(process.env.MOCHA_WORKER_ID ?? 0) % 2) * 6_000;

/** The first of a run of `count` ports that are free now, below those the system hands out by itself. */
export async function freePorts(count = 10): Promise<number> {
  for (;;) {
    const base = firstPort + Math.floor(Math.random() * 500) * 12;
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(base + index)));
    if (free.every(Boolean)) return base;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });

export interface TestBridgeOptions extends TestCoreOptions {
  stateDir?: string;
  port?: number;
  users?: UserDatabase;
  bridge?: Partial<BridgeOptions>;
  relay?: Partial<AnthropicRelayOptions>;
  /** What is said in plain calls is kept; read anew for each. */
  bodies?: KeptBodies;
}

export async function startTestBridge(options: TestBridgeOptions = {}): Promise<TestBridge> {
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'causeway-state-'));
  const users =
    options.users ?? openUserDatabase({ file: join(stateDir, 'user.db'), workerUrl: workerUrl('user') });
  const logged: string[] = [];
  const calls = testCalls(users, logged, options.bodies);
  const core = await startCore({ calls, ...options });
  const limiter = testLimiter(core, users);
  const relay = testRelay(core, calls, { limiter, ...options.relay });
  const closeCore = async () => {
    await core.close();
    relay.dispose();
    await calls.close();
    await limiter.close();
    if (!options.users) await users.close();
    if (!options.stateDir) rmSync(stateDir, { recursive: true, force: true });
  };
  const bridge = await startBridge({
    version: '0.0.0',
    assistant: core.engine,
    clients: users.clients,
    asking: users.asking,
    keyedTurns: users.keyedTurns,
    relay,
    calls,
    limiter,
    workspace: { id: ownWorkspaceId, name: 'test', folders: ['/projects/test'] },
    stateDir,
    port: options.port ?? (await freePorts()),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: {
      info: (message) => logged.push(message),
      warn: (message) => logged.push(message),
      error: (message, error) => logged.push(`${message} ${error instanceof Error ? error.stack : ''}`),
    },
    ...options.bridge,
  }).catch(async (error: unknown) => {
    // A bridge that does not start leaves nothing running, so neither does its test.
    await closeCore();
    throw error;
  });
  const addClient: TestBridge['addClient'] = async (init = {}) => {
    const { client, token } = await users.clients.add({ name: 'script', scopes: [...clientScopes], ...init });
    return { id: client.id, token };
  };
  const { token } = await addClient();
  return {
    bridge,
    core,
    users,
    calls,
    relay,
    limiter,
    stateDir,
    port: bridge.state.port,
    url: bridge.address,
    token,
    logged,
    ownerToken: () =>
      discoveries(stateDir).find((one) => one.port === bridge.state.port)?.ownerToken ?? 'no discovery file',
    addClient,
    async close() {
      await bridge.stop();
      await closeCore();
    },
  };
}

export function discoveries(stateDir: string): Discovery[] {
  const folder = join(stateDir, 'bridges');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const parsed = discovery.safeParse(readJson(join(folder, name)));
      return parsed.success ? [parsed.data] : [];
    });
}

/** Undefined for what holds no JSON, as tests of damaged files leave some. */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

export interface CurlAnswer {
  status: number;
  headers: string;
  body: string;
}

/** Calls the real curl. */
export function curl(...args: string[]): Promise<CurlAnswer> {
  return new Promise((resolve, reject) => {
    execFile(
      'curl',
      ['--silent', '--show-error', '--noproxy', '*', '--max-time', '20', '--include', ...args],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error && stdout === '') return reject(new Error(stderr || error.message));
        // Of several heads, such as 100 Continue before the answer, the last one counts.
        const heads = [...stdout.matchAll(/^HTTP\/1\.1 (\d{3})(?:.|\r|\n)*?\r\n\r\n/gm)];
        const last = heads.at(-1);
        if (!last) return reject(new Error(`No HTTP answer: ${stdout.slice(0, 200)}`));
        resolve({
          status: Number(last[1]),
          headers: last[0].toLowerCase(),
          body: stdout.slice(last.index + last[0].length),
        });
      },
    );
  });
}

/** Sends bytes as they are and resolves with all that came back when the other side closes. */
export function rawExchange(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    // A reset after the answer is a way of closing.
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.write(bytes);
  });
}

/** Sends bytes as they are and resolves with the first answer, without waiting for the other side to close. */
export function rawAnswer(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      if (end > 0 && text.length >= end + 4 + Number(length ?? 0)) socket.destroy();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.write(bytes);
  });
}

export const openSocket = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

export interface ApiAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a script does, without a schema.
  body: any;
}

/** Calls a route as a script does. */
export async function call(
  { url, token }: { url: string; token: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...bearer(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}
