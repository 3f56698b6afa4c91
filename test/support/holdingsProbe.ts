/**
 * Loaded into the measured program before its own code (`--import`), with `--expose-gc`: tells over the channel to its
 * parent what it holds, each time it is asked.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { isMainThread, type Worker } from 'node:worker_threads';
import type { Holdings } from './holdings.ts';

const workers = new Set<Worker>();

/** What a descriptor leads to, without what makes each of them another. */
function kindOf(fd: string): string | undefined {
  try {
    const target = readlinkSync(`/proc/self/fd/${fd}`);
    return target.startsWith('/') ? 'file' : (/\w+/.exec(target)?.[0] ?? target);
  } catch {
    // That of the folder itself, which is closed by now.
    return undefined;
  }
}

function counted(kinds: readonly (string | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds.filter((one) => one !== undefined)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function holdings(): Promise<Holdings> {
  // What the first collection finalises, the second frees. Code that is used no more and empty pages go too.
  for (let n = 0; n < 2; n++) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const heaps = await Promise.all([...workers].map((worker) => worker.getHeapStatistics()));
  return {
    heapUsed,
    external,
    rss,
    workerHeaps: heaps.reduce((sum, one) => sum + one.used_heap_size, 0),
    resources: counted(process.getActiveResourcesInfo()),
    descriptors: process.platform === 'linux' ? counted(readdirSync('/proc/self/fd').map(kindOf)) : {},
  };
}

if (isMainThread) {
  process.on('worker', (worker) => {
    workers.add(worker);
    worker.once('exit', () => workers.delete(worker));
  });
  process.on('message', (message) => {
    if (message === 'holdings') void holdings().then((held) => process.send?.(held));
    else if (typeof message === 'string') {
      void import('node:v8').then(({ writeHeapSnapshot }) => process.send?.(writeHeapSnapshot(message)));
    }
  });
  process.channel?.unref();
}
