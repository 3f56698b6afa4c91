/** Conversations for the tests of recall. */
import { readFileSync } from 'node:fs';
import type { RecallDocument } from '../../../../src/core/recall/document.ts';
import { TurnIndex, WordVectors } from '../../../../src/core/recall/turnIndex.ts';

const minuteMs = 60_000;
export const monday = Date.UTC(2025, 2, 3, 9);

export const shippedTable = new URL('../../../../src/workers/vectors/words.bin', import.meta.url);

/** The table as it is shipped, read once. */
export const shippedVectors = new WordVectors(readFileSync(shippedTable));

/** Lines such as "user: …", "Anna: …" or "note(1,2): …"; ids count from 1, a minute lies between two of them. */
export function conversation(lines: readonly string[], from = monday): RecallDocument[] {
  return lines.map((line, place) => {
    const [, who = '', covers, text = ''] = /^([A-Za-z]+)(?:\(([\d,]+)\))?: ([\s\S]*)$/.exec(line) ?? [];
    const known = (['user', 'assistant', 'tool', 'note', 'frame'] as const).find((role) => role === who);
    return {
      id: String(place + 1),
      seq: place + 1,
      at: from + place * minuteMs,
      role: known ?? 'user',
      text,
      ...(known ? {} : { speaker: who }),
      ...(covers === undefined ? {} : { covers: covers.split(',') }),
    };
  });
}

export function indexOf(documents: readonly RecallDocument[], vectors?: WordVectors): TurnIndex {
  const index = new TurnIndex(vectors ? { vectors } : {});
  index.add(documents);
  return index;
}
