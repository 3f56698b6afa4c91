/**
 * Sliding windows: no stretch of a window's length ever holds more than its bound. What was used is kept by slots, and
 * a slot counts until all of it lies a whole window back. Pure; times are ms of a clock that never jumps.
 */
import type { LimitKind } from './limits.ts';

export interface Window {
  ms: number;
  /** Sixty slots a minute and ninety-six a day: what a limit gives back late is a sixtieth or a hundredth of it. */
  slotMs: number;
}

const minute: Window = { ms: 60_000, slotMs: 1_000 };
const day: Window = { ms: 24 * 60 * 60_000, slotMs: 15 * 60_000 };

/** Undefined for what is not counted over time. */
export function windowOf(kind: LimitKind): Window | undefined {
  switch (kind) {
    case 'requests':
    case 'tokens':
      return minute;
    case 'money':
      return day;
    case 'parallel':
      return undefined;
    default:
      return kind satisfies never;
  }
}

export interface Slot {
  slot: number;
  amount: number;
}

export const slotAt = (window: Window, now: number): number => Math.floor(now / window.slotMs);

/** When a slot counts no more. */
const endOf = (window: Window, slot: number): number => (slot + 1) * window.slotMs + window.ms;

/** The first slot that still counts. */
export const firstCounted = (window: Window, now: number): number =>
  Math.floor((now - window.ms) / window.slotMs);

export const usedIn = (window: Window, slots: readonly Slot[], now: number): number =>
  slots.reduce((sum, { slot, amount }) => (endOf(window, slot) > now ? sum + amount : sum), 0);

/**
 * Ms until the slots have let go of so much; undefined when they do not hold as much.
 * With nothing asked for, ms until they let go of anything.
 */
export function freeIn(
  window: Window,
  slots: readonly Slot[],
  now: number,
  amount: number,
): number | undefined {
  let freed = 0;
  for (const { slot, amount: held } of [...slots].sort((a, b) => a.slot - b.slot)) {
    const end = endOf(window, slot);
    if (end <= now) continue;
    freed += held;
    if (freed >= amount) return end - now;
  }
  return undefined;
}
