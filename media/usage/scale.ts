/** Scales of charts: round numbers at the side, and where things stand. Pure. */

/** The least round number that is not less: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10) * power;
}

/** Greatest value of a scale and the values written at its side, from 0 up; whole ones where all values are. */
export function ticksOf(most: number, whole: boolean): number[] {
  const parts = 4;
  const step = roundUp(Math.max(most, 0) / parts);
  const usual = whole ? Math.max(1, Math.ceil(step)) : step;
  const count = Math.max(1, Math.ceil(most / usual - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => index * usual);
}

/** Which stretches are named below a chart so wide, the first one among them. */
export function named(count: number, width: number, wordWidth: number): number[] {
  const room = Math.max(1, Math.floor(width / wordWidth));
  const every = Math.max(1, Math.ceil(count / room));
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => index * every);
}
