/** An exported session of any length, as an import brings it: talk about a made-up project, and a few turns that matter. */
import { randomUUID } from 'node:crypto';

/** What is said in some turn instead of the small talk, by its number from 1. */
export type Said = ReadonlyMap<number, { question: string; answer: string }>;

const parts = [
  'the parser',
  'the cache',
  'the queue',
  'the importer',
  'the scheduler',
  'the exporter',
  'the editor',
];
const doings = [
  'is slow on large input',
  'logs too much',
  'fails when it is empty',
  'needs a clearer name',
  'has no test',
];

interface Place {
  id: string;
  parentId: string | null;
  seq: number;
  at: number;
  door: 'panel';
  turnId: string;
}

/** JSON Lines. The turns are a quarter of an hour apart; the last one is an hour old. */
export function longSession(turns: number, said: Said): string {
  const start = Date.now() - 3_600_000 - turns * 900_000;
  const id = randomUUID();
  const lines: object[] = [
    { causeway: 'session', version: 1, id, createdAt: start, door: 'panel', title: 'A long year' },
  ];
  let parentId: string | null = null;
  for (let turn = 1; turn <= turns; turn++) {
    const turnId = randomUUID();
    const at = start + turn * 900_000;
    const words = said.get(turn) ?? smallTalk(turn);
    const user: Place = { id: randomUUID(), parentId, seq: lines.length, at, door: 'panel', turnId };
    lines.push({
      ...user,
      kind: 'user',
      content: [{ type: 'text', text: words.question }],
      grounding: 'off',
    });
    const answered: Place = {
      id: randomUUID(),
      parentId: user.id,
      seq: lines.length,
      at: at + 9_000,
      door: 'panel',
      turnId,
    };
    lines.push({
      ...answered,
      kind: 'assistant',
      provider: 'anthropic',
      model: 'claude-sonnet-5-5',
      content: [{ type: 'text', text: words.answer }],
      outcome: 'done',
      stopReason: 'end_turn',
      usage: { inputTokens: 900, outputTokens: 60, cacheCreationTokens: 0, cacheReadTokens: 0 },
    });
    parentId = answered.id;
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function smallTalk(turn: number): { question: string; answer: string } {
  const part = parts[turn % parts.length] ?? '';
  const doing = doings[turn % doings.length] ?? '';
  return {
    question: `In step ${turn}, ${part} ${doing}. What would you look at first?`,
    answer: `I would begin with where ${part} is called in step ${turn}, then measure before changing anything.`,
  };
}
