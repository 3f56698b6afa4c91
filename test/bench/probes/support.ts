/** What probes share. They run inside VS Code's extension host. */
import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The task of this run; throws where the benchmark gave none. */
export function task(): Record<string, unknown> {
  const given = process.env.BENCH_TASK;
  if (given === undefined) throw new Error('BENCH_TASK is not set: start this through npm run bench.');
  return JSON.parse(given);
}

/** Hands the figures to the benchmark; the file appears whole. */
export function report(figures: unknown): void {
  const file = process.env.BENCH_RESULT;
  if (file === undefined) throw new Error('BENCH_RESULT is not set: start this through npm run bench.');
  writeFileSync(`${file}.partial`, JSON.stringify(figures));
  renameSync(`${file}.partial`, file);
}

/** Resolves when the host has had next to nothing to do for a second; all other extensions have started by then. */
export async function quiet(): Promise<void> {
  const giveUpAt = performance.now() + 30_000;
  for (let calm = 0; calm < 2 && performance.now() < giveUpAt; ) {
    const before = performance.eventLoopUtilization();
    await pause(500);
    calm = performance.eventLoopUtilization(before).utilization < 0.05 ? calm + 1 : 0;
  }
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Megabytes of the process that are in memory once garbage is gone. */
export async function residentMegabytes(): Promise<number> {
  // Finalisers run between two collections.
  for (let round = 0; round < 3; round++) {
    collect();
    await pause(50);
  }
  return process.memoryUsage.rss() / 1e6;
}
