/**
 * Load on one server from a process of its own: sockets alone and requests made beforehand, so that it costs less than
 * what it measures. Prints what it saw as JSON, times in ms. Its argument is a `LoadTask`.
 */
import { connect, type Socket } from 'node:net';

export interface LoadTask {
  port: number;
  /** Path with its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
  connections: number;
  seconds: number;
  /** Requests a second, sent whether or not others are answered; the next after each answer when absent. */
  rate?: number;
}

export interface LoadResult {
  count: number;
  failed: number;
  seconds: number;
  p50: number;
  p99: number;
  ttfbP50: number;
  ttfbP99: number;
}

const task: LoadTask = JSON.parse(process.argv[2] ?? '{}');
const request = Buffer.from(
  `POST ${task.path} HTTP/1.1\r\nhost: 127.0.0.1:${task.port}\r\n${Object.entries(task.headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}content-length: ${Buffer.byteLength(task.body)}\r\n\r\n${task.body}`,
);
const lastChunk = Buffer.from('0\r\n\r\n');
const times: number[] = [];
const firsts: number[] = [];
let failed = 0;
let firstFailure = '';

/** One connection, which answers one request at a time. */
class Line {
  readonly #socket: Socket;
  #from = 0;
  #first = 0;
  #head = '';
  /** Bytes of the body that are still to come; -1 while it comes in chunks. */
  #left = 0;
  #tail: Buffer = Buffer.alloc(0);
  #done: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('close', () => this.#end(false));
    socket.on('error', () => undefined);
  }

  get usable(): boolean {
    return !this.#socket.destroyed;
  }

  /** `from` is when it should have been sent. */
  ask(from: number): Promise<void> {
    this.#from = from;
    this.#first = 0;
    this.#head = '';
    this.#tail = Buffer.alloc(0);
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#socket.write(request);
    });
  }

  #take(bytes: Buffer): void {
    let body = bytes;
    if (this.#first === 0) {
      this.#head += bytes.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const whole = Buffer.from(this.#head, 'latin1');
      body = whole.subarray(end + 4);
      const head = this.#head.slice(0, end).toLowerCase();
      if (!head.startsWith('http/1.1 200')) {
        failed++;
        firstFailure ||= this.#head.slice(0, 400);
      }
      const length = /content-length: (\d+)/.exec(head)?.[1];
      this.#left = length === undefined ? -1 : Number(length);
      // The first byte of the body counts, since a head alone tells nothing.
      if (body.length === 0 && this.#left !== 0) {
        this.#head = `${this.#head.slice(0, end)}\r\n\r\n`;
        return;
      }
      this.#first = performance.now();
    }
    if (this.#left < 0) {
      this.#tail = body.length >= 5 ? body : Buffer.concat([this.#tail, body]).subarray(-5);
      if (this.#tail.subarray(-5).equals(lastChunk)) this.#end(true);
      return;
    }
    this.#left -= body.length;
    if (this.#left <= 0) this.#end(true);
  }

  #end(whole: boolean): void {
    const done = this.#done;
    if (!done) return;
    this.#done = undefined;
    const now = performance.now();
    if (whole) {
      times.push(now - this.#from);
      firsts.push(this.#first - this.#from);
    } else {
      failed++;
      firstFailure ||= 'The connection was closed.';
    }
    done();
  }
}

const open = (): Promise<Line> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: task.port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(new Line(socket)));
    socket.once('error', reject);
  });

async function closedLoop(until: number): Promise<void> {
  const loop = async () => {
    let line = await open();
    while (performance.now() < until) {
      if (!line.usable) line = await open();
      await line.ask(performance.now());
    }
  };
  await Promise.all(Array.from({ length: task.connections }, loop));
}

async function openLoop(from: number, rate: number): Promise<void> {
  const free = await Promise.all(Array.from({ length: task.connections }, open));
  const running = new Set<Promise<void>>();
  const all = Math.floor(task.seconds * rate);
  const start = performance.now() - from + from;
  const send = async (due: number) => {
    let line = free.pop();
    if (!line?.usable) line = await open();
    await line.ask(due);
    free.push(line);
  };
  for (let sent = 0; sent < all; ) {
    const due = start + (sent * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) {
      // The timers of the platform are of whole milliseconds; the rest is waited for turn by turn.
      await new Promise<void>((resolve) =>
        wait > 2 ? setTimeout(resolve, wait - 1.5) : setImmediate(resolve),
      );
      continue;
    }
    sent++;
    const one: Promise<void> = send(due).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
}

const from = performance.now();
if (task.rate === undefined) await closedLoop(from + task.seconds * 1000);
else await openLoop(from, task.rate);
const seconds = (performance.now() - from) / 1000;

const at = (values: number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
const result: LoadResult = {
  count: times.length,
  failed,
  seconds,
  p50: at(times, 0.5),
  p99: at(times, 0.99),
  ttfbP50: at(firsts, 0.5),
  ttfbP99: at(firsts, 0.99),
};
if (firstFailure) console.error(firstFailure);
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
