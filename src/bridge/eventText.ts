import { maxEventBytes } from '../protocol/bridge.ts';
import { leanEvent } from '../protocol/lean.ts';
import type { SessionEvent } from '../protocol/turnEvents.ts';

/** Most UTF-16 code units of a text and most items of a list in an event that is too large; tried in this order. */
const cuts = [
  { text: 65_536, items: 10_000 },
  { text: 4096, items: 1000 },
  { text: 256, items: 200 },
  { text: 16, items: 20 },
] as const;
type Cut = (typeof cuts)[number];

/**
 * An event as JSON of at most `maxEventBytes`, without the texts of reports. One that is larger, say with an image in it, goes with its longest
 * texts and lists shortened and its media left out: the session itself has it whole.
 */
export function eventText(told: SessionEvent): string {
  const event = leanEvent(told);
  // Writing out what cannot fit would hold up the thread: tens of megabytes take a second and more.
  if (leastBytes(event) <= maxEventBytes) {
    const whole = JSON.stringify(event);
    // A UTF-16 code unit takes at most three bytes, so most events need not be measured.
    if (whole.length * 3 <= maxEventBytes || Buffer.byteLength(whole) <= maxEventBytes) return whole;
  }
  let text = '';
  for (const cut of cuts) {
    const smaller = shortened('', event, cut);
    if (leastBytes(smaller) > maxEventBytes) continue;
    text = JSON.stringify(smaller);
    if (Buffer.byteLength(text) <= maxEventBytes) break;
  }
  return text;
}

/** A bound from below of a value's JSON, found without writing it: what its texts and commas take. */
function leastBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 1;
  let bytes = 2;
  for (const [key, inner] of Object.entries(value)) {
    bytes += (Array.isArray(value) ? 1 : key.length + 4) + leastBytes(inner);
    if (bytes > maxEventBytes) break;
  }
  return bytes;
}

function shortened(key: string, value: unknown, cut: Cut): unknown {
  if (typeof value === 'string') {
    if (value.length <= cut.text) return value;
    // Half of a base64 text is no base64 text; and a signature that was cut proves nothing.
    if (key === 'data' || key === 'signature') return '';
    return `${value.slice(0, cut.text)}… (${value.length - cut.text} characters left out)`;
  }
  if (Array.isArray(value)) return value.slice(0, cut.items).map((item) => shortened('', item, cut));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, shortened(name, inner, cut)]),
  );
}
