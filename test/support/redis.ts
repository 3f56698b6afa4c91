/** A real Redis of our own: on a free port of the loopback, with its files in a scratch folder, and to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Debian's `redis-tools` has the server under another name and, unlike `redis-server`, starts no service of the system;
 * the program takes its role from the name it is started by.
 */
const programs = ['redis-server', 'valkey-server', 'redis-check-rdb'];

/** The path of a server program on this machine. */
export function redisProgram(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '');
  return programs.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A port has a number.');
  return address.port;
}

export interface RedisSettings {
  password?: string;
  /** Further lines of its configuration, such as `['appendfsync', 'everysec']`. */
  config?: readonly (readonly string[])[];
}

export class TestRedis {
  readonly folder = mkdtempSync(join(tmpdir(), 'causeway-redis-'));
  readonly port: number;
  readonly #settings: RedisSettings;
  #child: ChildProcess | undefined;

  private constructor(port: number, settings: RedisSettings) {
    this.port = port;
    this.#settings = settings;
  }

  /** Starts one, each write of which is on disk before it is answered. */
  static async start(settings: RedisSettings = {}): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), settings);
    try {
      await redis.startAgain();
      return redis;
    } catch (error) {
      await redis.end();
      throw error;
    }
  }

  get url(): string {
    const { password } = this.#settings;
    return `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${this.port}`;
  }

  /** Starts it on the data it had; resolves when it takes commands. */
  async startAgain(): Promise<void> {
    const program = redisProgram();
    if (program === undefined) throw new Error('There is no redis-server on this machine.');
    const { password, config = [] } = this.#settings;
    const lines = [
      ['port', String(this.port)],
      ['bind', '127.0.0.1'],
      ['dir', this.folder],
      ['save', ''],
      ['appendonly', 'yes'],
      ['appendfsync', 'always'],
      ['enable-debug-command', 'local'],
      ...(password === undefined ? [] : [['requirepass', password]]),
      ...config,
    ];
    const args = lines.flatMap(([name, ...values]) => [`--${name}`, ...values]);
    const child = spawn(program, args, { argv0: 'redis-server', stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    // A test that is ended leaves no server behind.
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('close', () => process.off('exit', endWithUs));
    const said: string[] = [];
    const output = createInterface(child.stdout);
    await new Promise<void>((resolve, reject) => {
      output.on('line', (line) => {
        said.push(line);
        if (line.includes('Ready to accept connections')) resolve();
      });
      child.once('error', reject);
      child.once('close', () => reject(new Error(`Redis ended:\n${said.slice(-5).join('\n')}`)));
    });
  }

  /** SIGKILL; resolves when it is gone. What it had acknowledged is on disk. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  /** It answers nothing from now on, and its connections stay open. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
