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
