/** Sees when the thread does not come back to its loop: a timer of 1 ms that notes how late it is. */
import { Session } from 'node:inspector/promises';

/** From when to when the loop stood, in ms since the ticker began, and how much of it the thread was running. */
export interface Block {
  at: number;
  ms: number;
  cpu: number;
}

/** Shorter pauses are the timer's own grain. */
const shortest = 4;

export class Ticker {
  readonly blocks: Block[] = [];
  /** Milliseconds since the epoch. */
  readonly startedAt = Date.now();
  readonly #begin = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#next(performance.now(), cpuMs());
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #next(before: number, cpuBefore: number): void {
    this.#timer = setTimeout(() => {
      const now = performance.now();
      const cpu = cpuMs();
      const late = now - before - 1;
      if (late >= shortest) this.blocks.push({ at: before - this.#begin, ms: late, cpu: cpu - cpuBefore });
      this.#next(now, cpu);
    }, 1);
  }
}

/** What this thread has computed; on a busy machine a loop also stands because the thread is not given a core. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Records what the thread does, for a `.cpuprofile`; `stop` resolves to its JSON. */
export async function profile(): Promise<{ stop(): Promise<unknown> }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  return {
    async stop() {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return profile;
    },
  };
}
