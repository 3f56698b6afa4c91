/** Ctrl+C and its kin: the first asks to stop, the second ends the process at once. */
import type { Disposable } from '../base/disposable.ts';

/** A shell reports a program that a signal ended as 128 and the signal's number. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof codes;
const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** For programs that read something again when they get SIGHUP, as servers do. */
export const withoutHangup: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/** One key press reaches a program twice when its parent, such as npm, passes it on; that takes a few ms. */
const sameSignalMs = 250;

interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  exit(code: number): void;
}

export class StopSignals implements Disposable {
  readonly #source: SignalSource;
  readonly #abort = new AbortController();
  readonly #listeners: { name: StopSignal; listener: () => void }[];
  #first: { code: number; at: number } | undefined;

  constructor(
    source: SignalSource = process,
    now: () => number = () => performance.now(),
    names: readonly StopSignal[] = signals,
  ) {
    this.#source = source;
    this.#listeners = names.map((name) => ({ name, listener: () => this.#take(name, now()) }));
    for (const { name, listener } of this.#listeners) source.on(name, listener);
  }

  /** Aborts with the first signal. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Of a process that this signal ended; undefined while none came. */
  get exitCode(): number | undefined {
    return this.#first?.code;
  }

  dispose(): void {
    for (const { name, listener } of this.#listeners) this.#source.off(name, listener);
  }

  #take(name: StopSignal, at: number): void {
    const code = codes[name];
    if (this.#first === undefined) {
      this.#first = { code, at };
      this.#abort.abort();
    } else if (at - this.#first.at >= sameSignalMs) this.#source.exit(code);
  }
}
