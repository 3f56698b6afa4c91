/** The user's own transforms as the main thread sees them: found in their folder, run in a thread, and seen anew when edited. */
import { setTimeout as delay } from 'node:timers/promises';
import { transformFailed, transformsBusy } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { chainOf } from '../core/transforms/chain.ts';
import type { ActiveTransforms, Transforms } from '../core/transforms/transforms.ts';
import { lookInto, readTransforms, type Seen } from './transformFolder.ts';
import type { TransformCall, TransformFile } from './transformMessages.ts';
import { TransformQueue } from './transformQueue.ts';
import { TransformThread } from './transformThread.ts';

export interface TransformsOptions {
  /** The user's own folder; it need not be there. */
  folder: string;
  workerUrl: URL;
  log: Log;
  /** How long a module may take for one request or answer, in ms. */
  callMs?: number;
  /** How long a call may wait for those before it, in ms. */
  waitMs?: number;
}

export interface ClosableTransforms extends Transforms {
  close(): Promise<void>;
}

/**
 * A megabyte of text is gone through in some ms. Five seconds are for a machine under load, and for a module that asks
 * another program on it.
 */
const usualCallMs = 5_000;
/** To start the thread and load what the modules import, which on a machine under load takes seconds. */
const loadMs = 15_000;
/**
 * How long the folder counts as it was seen, in ms. Whoever saves a file and turns to another window needs longer; to look
 * with each of the thousands of requests that the relay passes in a second would cost more than to pass them.
 */
const freshMs = 200;
/**
 * How long a file that is gone is waited for, in ms: editors that save by renaming put another in its place, which takes
 * them a few ms, and through a folder that a program keeps in step some more.
 */
const replacedMs = 250;
/** How long modules that could not be loaded are left alone, in ms: each attempt starts a thread. */
const retryMs = 2_000;
/** How long a call waits for its turn, in ms: for two that take all the time they may, as long as a person goes on waiting. */
const usualWaitMs = 10_000;

export function openTransforms(options: TransformsOptions): ClosableTransforms {
  return new FolderTransforms(options);
}

class FolderTransforms implements ClosableTransforms {
  readonly #options: TransformsOptions;
  #seenAt = Number.NEGATIVE_INFINITY;
  #stamp: string | undefined;
  /** Of the files that count now. */
  #names: readonly string[] = [];
  #active: Promise<ActiveTransforms> | undefined;
  #looking: Promise<ActiveTransforms | undefined> | undefined;
  #mark = '';
  #files: TransformFile[] = [];
  /** Files with what they see, as `file step`. */
  #loaded: ReadonlySet<string> = new Set();
  #thread: TransformThread | undefined;
  readonly #queue: TransformQueue;
  #closed = false;

  constructor(options: TransformsOptions) {
    this.#options = options;
    this.#queue = new TransformQueue(options.waitMs ?? usualWaitMs);
  }

  get mark(): string {
    return this.#mark;
  }

  active(): ActiveTransforms | undefined | Promise<ActiveTransforms | undefined> {
    if (performance.now() - this.#seenAt < freshMs) return this.#active;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread?.end();
  }

  async #look(): Promise<ActiveTransforms | undefined> {
    // Taken before the files are read: what is written meanwhile changes it again.
    const { names, stamp } = await this.#seen();
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#names = names;
      this.#active = stamp === '' ? undefined : this.#queue.whole(() => this.#load(names));
      if (stamp === '') await this.#forget();
      this.#active?.catch(() => this.#retryLater(stamp));
    }
    this.#seenAt = performance.now();
    return this.#active;
  }

  /** Where a file is gone, requests wait for a second look: without it they would leave as if it had never been there. */
  async #seen(): Promise<Seen> {
    const { folder } = this.#options;
    const first = await lookInto(folder);
    if (this.#names.every((name) => first.names.includes(name))) return first;
    await delay(replacedMs);
    return lookInto(folder);
  }

  /** What failed may have been the machine, and is loaded again though nobody has edited it. */
  #retryLater(stamp: string): void {
    setTimeout(() => {
      if (this.#stamp === stamp) this.#stamp = undefined;
    }, retryMs).unref();
  }

  async #forget(): Promise<void> {
    this.#mark = '';
    this.#files = [];
    this.#loaded = new Set();
    await this.#queue.whole(() => this.#endThread());
  }

  async #load(names: readonly string[]): Promise<ActiveTransforms> {
    await this.#endThread();
    const { files, mark } = await readTransforms(this.#options.folder, names);
    this.#files = files;
    const thread = this.#newThread();
    const loaded = await thread.load();
    this.#mark = mark;
    this.#loaded = new Set(
      loaded.flatMap(({ file, request, answer }) => [
        ...(request ? [`${file} request`] : []),
        ...(answer ? [`${file} answer`] : []),
      ]),
    );
    this.#options.log.info(`Your transforms change what is sent: ${names.join(', ')}.`);
    return chainOf(loaded, mark, {
      run: (file, step, json, about, signal) =>
        this.#queue.call(() => this.#run({ file, step, json, about }), signal),
    });
  }

  async #run(call: TransformCall): Promise<string> {
    if (!this.#loaded.has(`${call.file} ${call.step}`)) {
      // It was taken out while a model answered: the answer does not wait for it.
      if (call.step === 'answer') return call.json;
      throw transformFailed(call.file, 'request', 'was taken out meanwhile');
    }
    if (this.#thread?.isAlive) return this.#thread.run(call);
    const thread = this.#newThread();
    await thread.load();
    return thread.run(call);
  }

  #newThread(): TransformThread {
    if (this.#closed) throw transformsBusy();
    const { workerUrl, log, callMs = usualCallMs } = this.#options;
    this.#thread = new TransformThread({ workerUrl, files: this.#files, log, callMs, loadMs });
    return this.#thread;
  }

  async #endThread(): Promise<void> {
    await this.#thread?.end();
    this.#thread = undefined;
  }
}
