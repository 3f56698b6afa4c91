import { Emitter } from '../../base/emitter.ts';
import type { Log } from '../ports.ts';
import type { CallLog, CallSource, LoggedCall, SaidBodies } from '../relay.ts';
import { maskedBodies } from './maskedBodies.ts';

/** How long a call waits to be written together with others, in ms; a dashboard that is a second behind is live. */
const waitMs = 1000;
/** Calls that are written at once: a message of about 100 kB between threads. */
const mostTogether = 500;
/**
 * Calls that wait while the log cannot keep up or cannot be written. Beyond it the oldest are given up: answers go
 * on, and memory stays bounded.
 */
const mostWaiting = 20_000;

/** What was said in calls, as far as it is kept with them. */
export interface KeptBodies {
  /** Whether the user wants it. Read anew for each call. */
  kept(): boolean;
  /** As it may be stored. Rejects with `masking_failed`. */
  masked(texts: readonly string[]): Promise<string[]>;
}

/** Characters of what was said that wait at a time: beyond it, calls are kept without. */
const mostSaid = 16 * 1024 * 1024;

interface SaidCall extends Omit<LoggedCall, 'bodies'> {
  bodies?: SaidBodies;
}

/** Writes calls behind their answers, some together. */
export class CallBatch implements CallSource {
  readonly #calls: CallLog;
  readonly #log: Log;
  #waiting: SaidCall[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  /** Calls that wait no more: written, being written, or given up. */
  #taken = 0;
  #failing = false;
  #closed = false;
  readonly #added: Emitter<LoggedCall>;
  readonly #bodies: KeptBodies | undefined;
  /** Characters of what was said in calls that wait. */
  #said = 0;
  /** What was kept of what was said is gone. */
  #hasForgotten = false;
  #forgetting: Promise<void> = Promise.resolve();
  #forgetFails = false;

  /** Without `bodies`, nothing of what was said is kept. */
  constructor(calls: CallLog, log: Log, bodies?: KeptBodies) {
    this.#calls = calls;
    this.#log = log;
    this.#bodies = bodies;
    this.#added = new Emitter((error) => log.error('A call was not told to whoever counts calls.', error));
    // It may have been switched off while nothing ran here.
    void this.#forget();
  }

  /** Fires with each call of this process, before it is written. */
  get onDidAdd() {
    return this.#added.event;
  }

  /** What was said is to be given with the calls in which it was. */
  get keepsBodies(): boolean {
    return this.#bodies?.kept() === true && this.#said < mostSaid;
  }

  /** What was `said` is masked before it is written. Never throws. */
  add(call: Omit<LoggedCall, 'bodies'>, said?: SaidBodies): void {
    if (this.#closed) return;
    const keeps = said !== undefined && this.keepsBodies;
    if (keeps) this.#said += sizeOf(said);
    this.#waiting.push(keeps ? { ...call, bodies: said } : call);
    // Whoever counts calls is told nothing of what was said.
    this.#added.fire(call);
    if (this.#waiting.length >= mostTogether && !this.#failing) void this.#write();
    else this.#wait();
    if (this.#waiting.length > mostWaiting) {
      const left = this.#waiting.splice(0, mostTogether);
      this.#taken += left.length;
      for (const { bodies: unkept } of left) this.#said -= sizeOf(unkept);
      this.#log.warn(`The call log cannot keep up: ${mostTogether} calls were left out.`);
    }
  }

  /**
   * Resolves when all calls up to now were written, or could not be, and what was said is gone where it is not wanted
   * any more.
   */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const upTo = this.#taken + this.#waiting.length;
    do await this.#write();
    while (this.#taken < upTo && !this.#failing);
    await this.#forget();
  }

  /** Asks the log, in which all calls up to now are. */
  async read<T>(question: (calls: CallLog) => Promise<T>): Promise<T> {
    await this.flush();
    return question(this.#calls);
  }

  async close(): Promise<void> {
    await this.flush();
    this.#added.dispose();
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** A call whose words nobody could look through is kept without them. */
  async #masked({ bodies, ...call }: SaidCall): Promise<LoggedCall> {
    const wanted = this.#bodies;
    if (!bodies || !wanted?.kept()) return call;
    const masked = await maskedBodies(bodies, (texts) => wanted.masked(texts)).catch(() => undefined);
    return masked ? { ...call, bodies: masked } : call;
  }

  /** Once it is switched off, what was kept before goes too; tried again until it is gone. Never rejects. */
  #forget(): Promise<void> {
    this.#forgetting = this.#forgetting.then(() => this.#forgetNow());
    return this.#forgetting;
  }

  async #forgetNow(): Promise<void> {
    if (this.#bodies?.kept()) this.#hasForgotten = false;
    else if (!this.#hasForgotten) await this.#delete();
  }

  async #delete(): Promise<void> {
    // Before it is done: what is written meanwhile is not gone with it.
    this.#hasForgotten = true;
    try {
      await this.#calls.forgetBodies();
      this.#forgetFails = false;
    } catch (error) {
      this.#hasForgotten = false;
      if (!this.#forgetFails) this.#log.error('What was said in calls could not be deleted.', error);
      this.#forgetFails = true;
    }
  }

  #wait(): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => void this.flush(), waitMs);
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeSome().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** What waits, and more as long as it fills a batch: what is less is worth no transaction before its time. */
  async #writeSome(): Promise<void> {
    do {
      const some = this.#waiting.splice(0, mostTogether);
      if (some.length === 0) return;
      this.#taken += some.length;
      try {
        const masked = await Promise.all(some.map((call) => this.#masked(call)));
        if (masked.some(({ bodies }) => bodies)) this.#hasForgotten = false;
        await this.#calls.add(masked);
        for (const { bodies } of some) this.#said -= sizeOf(bodies);
        this.#failing = false;
      } catch (error) {
        // They are tried again with the next ones; only the first failure is worth a line.
        this.#taken -= some.length;
        this.#waiting.unshift(...some);
        if (!this.#failing) this.#log.error('Calls could not be written to the call log.', error);
        this.#failing = true;
      }
    } while (this.#waiting.length >= mostTogether && !this.#failing);
    await this.#forget();
    if (this.#waiting.length > 0) this.#wait();
  }
}

const sizeOf = (bodies: SaidBodies | undefined): number =>
  bodies === undefined ? 0 : bodies.request.text.length + bodies.answer.text.length;
