/** What each segment of a request cost, from the API's count of the whole. Pure. */
import type { Usage } from '../../protocol/content.ts';
import type { SegmentCost } from '../../protocol/contextView.ts';
import type { Segment } from '../../protocol/report.ts';
import { promptTokens, ratesOf } from '../providers/prices.ts';
import type { Price } from '../providers/provider.ts';

/**
 * How far the border of what was cached may be from the end of a segment, as a share of the prompt, and still be taken
 * for it. Breakpoints stand at ends of segments, and the estimate of where that is errs by a few percent.
 */
const snapShare = 0.05;

/**
 * The API says how many tokens it read from the cache, how many it wrote to it, and how many it did neither with. They
 * follow each other in wire order, so they are laid over the segments, whose estimates are scaled to the API's count.
 * Without `usage` nothing is known of the cache, and the estimates stand as fresh.
 */
export function segmentCosts(
  segments: readonly Segment[],
  usage: Usage | undefined,
  price: Price | undefined,
): SegmentCost[] {
  const ends = endsOf(segments);
  const estimated = ends.at(-1) ?? 0;
  const whole = usage ? promptTokens(usage) : estimated;
  const read = usage?.cacheReadTokens ?? 0;
  const written = read + (usage?.cacheCreationTokens ?? 0);
  const place = scale(ends, [read, written], whole);
  const rates = price && ratesOf(price, whole);
  const write1h = usage?.cacheCreation1hTokens ?? 0;
  const writeRate = rates && (write1h > 0 ? rates.cacheWrite1h : rates.cacheWrite5m);
  return ends.map((end, index) => {
    const from = place(ends[index - 1] ?? 0);
    const to = place(end);
    const cached = overlap(from, to, 0, read);
    const fromCacheOn = overlap(from, to, read, written);
    const fresh = overlap(from, to, written, whole);
    return {
      cached,
      written: fromCacheOn,
      fresh,
      ...(rates && writeRate !== undefined
        ? { usd: (cached * rates.cacheRead + fromCacheOn * writeRate + fresh * rates.input) / 1_000_000 }
        : {}),
    };
  });
}

function endsOf(segments: readonly Segment[]): number[] {
  let end = 0;
  return segments.map(({ tokens }) => {
    end += tokens;
    return end;
  });
}

const overlap = (from: number, to: number, least: number, most: number): number =>
  Math.max(0, Math.min(to, most) - Math.max(from, least));

/** From places in estimated tokens to places in counted ones, whole numbers, with the borders at ends of segments. */
function scale(
  ends: readonly number[],
  borders: readonly number[],
  whole: number,
): (estimated: number) => number {
  const last = ends.at(-1) ?? 0;
  const anchors: { estimated: number; counted: number }[] = [{ estimated: 0, counted: 0 }];
  for (const border of borders) {
    if (border === 0 || border === whole || last === 0) continue;
    const near = ends
      .map((end) => ({ end, distance: Math.abs((end / last) * whole - border) }))
      .sort((a, b) => a.distance - b.distance)[0];
    const before = anchors.at(-1);
    if (!near || near.distance > whole * snapShare || !before) continue;
    if (near.end > before.estimated && near.end < last && border > before.counted)
      anchors.push({ estimated: near.end, counted: border });
  }
  anchors.push({ estimated: last, counted: whole });
  return (estimated) => {
    const at = anchors.findIndex((anchor) => anchor.estimated >= estimated);
    const to = anchors[at];
    const from = anchors[at - 1];
    if (!to || !from || to.estimated === from.estimated) return to?.counted ?? 0;
    const share = (estimated - from.estimated) / (to.estimated - from.estimated);
    return Math.round(from.counted + share * (to.counted - from.counted));
  };
}
