/** What a model would answer to a request for a frame: as long as such answers are, and made of what was said. */

import { extractiveFrame } from '../../../src/core/context/extractiveFrame.ts';
import { bodyTokens } from '../../../src/core/context/frameBody.ts';
import type { MessagesBody } from '../../support/anthropic/validate.ts';

/** Of the words it is asked for; a word of such notes is less than two tokens. */
const tokensPerWord = 1.4;

export function frameFor(body: MessagesBody): string {
  const text = JSON.stringify(body.messages).replaceAll('\\n', '\n');
  const turns = text.match(/<turn number=/g)?.length ?? 0;
  const said = { entryId: '', turnId: '', role: 'user' as const, text, touched: [], failures: [] };
  const words = Number(/at most about (\d+) words/.exec(text)?.[1] ?? 0);
  const frame = extractiveFrame([said], words * tokensPerWord);
  if (bodyTokens(frame) === 0) frame.goals.push('Go on with the work on the code.');
  // A line on each turn, as it is asked for.
  const notes = Array.from({ length: turns }, (_, index) => ({
    turn: index + 1,
    text: `How a piece of the ${index % 2 === 0 ? 'queue' : 'upload'} behaves when it is called again, and what to change`,
  }));
  return JSON.stringify({ ...frame, notes, instructions: [] });
}
