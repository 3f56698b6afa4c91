/** The answer nobody scripted: it shows what was asked, within the limits the request gives. */
import { countText } from './counting.ts';
import { type Answer, answer } from './script.ts';
import { blocksOf } from './shapes.ts';
import type { MessagesBody } from './validate.ts';

/** Characters of the question that are repeated. */
const shown = 200;

export function echo(body: MessagesBody, factor: number): Answer {
  const last = body.messages.findLast(({ role }) => role === 'user');
  const asked = last ? blocksOf(last.content).findLast((block) => block.type === 'text') : undefined;
  const whole = `You asked: ${asked?.type === 'text' ? asked.text.slice(0, shown) : 'nothing'}`;
  return withinLimit(untilSequence(whole, body.stop_sequences ?? []), body.max_tokens, factor);
}

function untilSequence(text: string, sequences: readonly string[]): Answer {
  const found = sequences
    .map((sequence) => ({ sequence, at: text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
  if (!found) return answer(text);
  return { ...answer(text.slice(0, found.at)), stopReason: 'stop_sequence', stopSequence: found.sequence };
}

function withinLimit(full: Answer, limit: number, factor: number): Answer {
  const deltas = full.blocks.flatMap((block) => (block.type === 'text' ? block.deltas : []));
  const fits: string[] = [];
  let tokens = 0;
  for (const delta of deltas) {
    tokens += countText(delta) * factor;
    if (tokens > limit) return { ...answer(fits.join('')), stopReason: 'max_tokens' };
    fits.push(delta);
  }
  return full;
}

/** `max_tokens: 0` fills the prompt cache and answers nothing. */
export const preWarmed: Answer = { kind: 'answer', blocks: [], stopReason: 'max_tokens' };
