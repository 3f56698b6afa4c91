import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a process holds at a moment at which nothing is asked of it. */
export interface Holdings {
  /** Of the main thread, in bytes, after garbage was collected. */
  heapUsed: number;
  /** Bytes outside of the heap that objects of the main thread hold. */
  external: number;
  /** Of the whole process, in bytes; what was freed and not given back to the system is in it. */
  rss: number;
  /** Of all workers, in bytes, with their garbage. */
  workerHeaps: number;
  /** What keeps the process alive, by the platform's name for it. */
  resources: Record<string, number>;
  /** Open files and sockets, by kind; empty where the system does not tell. */
  descriptors: Record<string, number>;
}

/** Arguments of Node with which a program tells what it holds; it needs a channel to its parent. */
export const holdingsArgs: readonly string[] = [
  '--expose-gc',
  '--import',
  new URL('./holdingsProbe.ts', import.meta.url).href,
];

export const holdingsOf = async (child: ChildProcess): Promise<Holdings> =>
  (await askedOf(child, 'holdings')) as Holdings;

/** Writes what is on the heap of its main thread to a file. */
export const writeHeap = (child: ChildProcess, file: string): Promise<unknown> => askedOf(child, file);

async function askedOf(child: ChildProcess, question: string): Promise<unknown> {
  child.send(question);
  const [answer] = await once(child, 'message');
  return answer;
}

/** `3 file, 2 socket`, in the order of names, so that two can be compared by eye. */
export const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');

/** The slope of the line through points that lies nearest to them, by least squares. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const under = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return over / under;
}
