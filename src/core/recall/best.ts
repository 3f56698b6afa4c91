/** The best of many by score without sorting them all. Pure. */

/** Indices with a score above zero that `accepts` takes, best first, equals in ascending order; at most `limit`. */
export function best(
  scores: Float64Array,
  limit: number,
  accepts: (index: number) => boolean = () => true,
): number[] {
  const better = (a: number, z: number): boolean => {
    const difference = (scores[a] ?? 0) - (scores[z] ?? 0);
    return difference > 0 || (difference === 0 && a < z);
  };
  // A heap with the worst on top: most documents are compared with it once and forgotten.
  const heap: number[] = [];
  const swap = (a: number, z: number) => {
    [heap[a], heap[z]] = [heap[z] ?? 0, heap[a] ?? 0];
  };
  const rise = (from: number) => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (better(heap[at] ?? 0, heap[parent] ?? 0)) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = () => {
    for (let at = 0; ; ) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && better(heap[worst] ?? 0, heap[child] ?? 0)) worst = child;
      }
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  };
  if (limit <= 0) return [];
  // Of equals the earlier one stands, so that a later one must have more than the worst to take its place.
  let atLeast = 0;
  for (let index = 0; index < scores.length; index++) {
    if (!((scores[index] ?? 0) > atLeast) || !accepts(index)) continue;
    if (heap.length < limit) {
      heap.push(index);
      rise(heap.length - 1);
    } else {
      heap[0] = index;
      sink();
    }
    if (heap.length === limit) atLeast = scores[heap[0] ?? 0] ?? 0;
  }
  return heap.sort((a, z) => (better(a, z) ? -1 : 1));
}
