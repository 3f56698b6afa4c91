import { maxEventBytes } from '../protocol/bridge.ts';
import type { SessionEvent } from '../protocol/turnEvents.ts';

/** Longest text within an event that is too large, in UTF-16 code units; tried in this order. */
const textLimits = [65_536, 4096, 256, 16];

/**
 * An event as JSON of at most `maxEventBytes`. One that is larger, say with an image in it, goes with its longest
 * texts shortened and its media left out: the session itself has it whole.
 */
export function eventText(event: SessionEvent): string {
  const whole = JSON.stringify(event);
  // A UTF-16 code unit takes at most three bytes, so most events need not be measured.
  if (whole.length * 3 <= maxEventBytes || Buffer.byteLength(whole) <= maxEventBytes) return whole;
  let text = whole;
  for (const limit of textLimits) {
    text = JSON.stringify(event, (key, value) => shortened(key, value, limit));
    if (Buffer.byteLength(text) <= maxEventBytes) break;
  }
  return text;
}

function shortened(key: string, value: unknown, limit: number): unknown {
  if (typeof value !== 'string' || value.length <= limit) return value;
  // Half of a base64 text is no base64 text; and a signature that was cut proves nothing.
  if (key === 'data' || key === 'signature') return '';
  return `${value.slice(0, limit)}… (${value.length - limit} characters left out)`;
}
