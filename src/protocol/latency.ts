/** Times of calls in slots, so that many of them are counted in a few numbers. Pure. */

/** Slots to a doubling: a time that is read back from its slot is off by at most 4.4 %. */
const perDoubling = 8;
/** The first slot ends at 1 ms, below which no model answers; the last one at 18 hours. */
const mostSlots = 210;

/** The slot of so many ms. */
export function slotOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(mostSlots, Math.ceil(Math.log2(ms) * perDoubling));
}

/** Ms in the middle of a slot. */
export const msOf = (slot: number): number => (slot === 0 ? 1 : 2 ** ((slot - 0.5) / perDoubling));

/** How many calls were in each slot. */
export type Slots = readonly (readonly [slot: number, calls: number])[];

export const callsIn = (slots: Slots): number => slots.reduce((sum, [, calls]) => sum + calls, 0);

/** Ms that this share of the calls stays below, such as 0.95; undefined where there were none. */
export function percentile(slots: Slots, share: number): number | undefined {
  const rank = Math.max(1, Math.ceil(callsIn(slots) * share));
  let seen = 0;
  for (const [slot, calls] of [...slots].sort(([a], [b]) => a - b)) {
    seen += calls;
    if (seen >= rank) return msOf(slot);
  }
  return undefined;
}

/** With one call more. */
export function withCall(slots: Slots, ms: number): [slot: number, calls: number][] {
  const slot = slotOf(ms);
  const others = slots.filter(([one]) => one !== slot).map(([one, calls]): [number, number] => [one, calls]);
  const before = slots.find(([one]) => one === slot)?.[1] ?? 0;
  return [...others, [slot, before + 1]];
}

/** Both together. */
export function addSlots(a: Slots, b: Slots): [slot: number, calls: number][] {
  const sums = new Map(a.map(([slot, calls]) => [slot, calls]));
  for (const [slot, calls] of b) sums.set(slot, (sums.get(slot) ?? 0) + calls);
  return [...sums];
}
