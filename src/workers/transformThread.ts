/** One thread with transforms loaded, asked one thing at a time within a bound of time and memory. */
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { transformFailed } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { LoadedTransform } from '../core/transforms/chain.ts';
import {
  type FromThread,
  failureWords,
  fromThread,
  type TransformCall,
  type TransformFile,
} from './transformMessages.ts';

/** Megabytes of heap: the largest request several times over, as text and as values. */
const heapMegabytes = 512;

export interface ThreadOptions {
  workerUrl: URL;
  files: readonly TransformFile[];
  log: Log;
  /** How long a module may take for one call, in ms. */
  callMs: number;
  /** How long all may take to be loaded, in ms. */
  loadMs: number;
}

type Step = 'load' | 'request' | 'answer';

/** A thread that failed in any way but by an error of a module is ended, and is not to be used any more. */
export class TransformThread {
  readonly #options: ThreadOptions;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  #asked: ((answer: FromThread | Error) => void) | undefined;
  /** What is at work. */
  #file = '';
  #death: Error | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(options.workerUrl, {
      workerData: { port: port2, files: [...options.files] },
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
      // Keys may stand in the environment, and what a module prints must not get into what the process prints.
      env: {},
      stdout: true,
      stderr: true,
    });
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    port1.on('message', (raw: unknown) => this.#hear(raw));
    this.#worker.on('error', (error) => this.#died(error));
    this.#worker.on('exit', (code) => this.#died(new Error(`The thread ended with code ${code}.`)));
    this.#idle();
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** Throws `transform_failed`. */
  async load(): Promise<LoadedTransform[]> {
    this.#file = this.#options.files[0]?.file ?? '';
    const answer = await this.#answer('load', this.#options.loadMs, () => undefined);
    if (answer.kind === 'ready') return answer.loaded;
    throw await this.#broken('load', 'answered out of turn');
  }

  /** Throws `transform_failed`. One call at a time. */
  async run(call: TransformCall): Promise<string> {
    this.#file = call.file;
    const answer = await this.#answer(call.step, this.#options.callMs, () => this.#port.postMessage(call));
    if (answer.kind === 'done') return answer.json;
    throw await this.#broken(call.step, 'answered out of turn');
  }

  async end(): Promise<void> {
    this.#death ??= new Error('The thread was ended.');
    this.#asked?.(this.#death);
    this.#port.close();
    await this.#worker.terminate();
  }

  async #answer(step: Step, patienceMs: number, ask: () => void): Promise<FromThread> {
    const { log } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), patienceMs);
    });
    // A call under way is a reason for the process to stay, an idle thread is not.
    this.#worker.ref();
    this.#port.ref();
    try {
      const heard = new Promise<FromThread | Error>((resolve) => {
        this.#asked = resolve;
        if (this.#death) resolve(this.#death);
      });
      ask();
      const answer = await Promise.race([heard, late]);
      if (answer === 'late') throw await this.#broken(step, `took longer than ${patienceMs / 1000} seconds`);
      if (answer instanceof Error) {
        log.error(`The thread of transforms ended while ${this.#file} was at work.`, answer);
        throw await this.#broken(step, endOf(answer));
      }
      if (answer.kind !== 'failed') return answer;
      log.error(`The transform ${this.#file} failed (${answer.why}). ${answer.trace ?? ''}`);
      throw transformFailed(this.#file, step, failureWords[answer.why]);
    } finally {
      clearTimeout(timer);
      this.#asked = undefined;
      this.#idle();
    }
  }

  async #broken(step: Step, why: string): Promise<Error> {
    const file = this.#file;
    await this.end();
    return transformFailed(file, step, why);
  }

  #idle(): void {
    this.#worker.unref();
    this.#port.unref();
  }

  #hear(raw: unknown): void {
    const message = fromThread.safeParse(raw).data;
    if (message?.kind === 'loading') this.#file = message.file;
    else this.#asked?.(message ?? new Error('What came from the thread of transforms cannot be read.'));
  }

  #died(error: unknown): void {
    if (this.#death) return;
    this.#death = error instanceof Error ? error : new Error('The thread of transforms failed.');
    if (this.#asked) this.#asked(this.#death);
    else this.#options.log.error('The thread of transforms ended. It starts again when it is needed.', error);
  }
}

const endOf = (error: Error): string =>
  'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `took more than ${heapMegabytes} MB of memory`
    : 'ended its thread';
