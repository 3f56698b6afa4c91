/** How long it takes with 20,000 turns of words of our own sources; no data is needed. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RecallDocument } from '../../../src/core/recall/document.ts';
import { TurnIndex } from '../../../src/core/recall/turnIndex.ts';
import { median, type Row } from '../support/table.ts';
import { readVectors } from './systems.ts';

const turns = 20_000;
const wordsOfTurn = 80;
const questions = 300;
const wordsOfQuestion = 10;
/** Hits that a context asks for. */
const limit = 100;
const runLength = 1000;
const repeats = 3;

const sources = fileURLToPath(new URL('../../../src', import.meta.url));

export function speedRow(): Row {
  const vocabulary = globSync('**/*.ts', { cwd: sources })
    .sort()
    .flatMap((name) => readFileSync(join(sources, name), 'utf8').match(/[A-Za-z]{3,}/g) ?? []);
  let state = 1;
  const draw = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const sentence = (words: number): string =>
    Array.from({ length: words }, () => vocabulary[draw(vocabulary.length)] ?? '').join(' ');

  const index = new TurnIndex({ vectors: readVectors() });
  const documents = Array.from(
    { length: turns },
    (_, place): RecallDocument => ({
      id: `turn ${place}`,
      seq: place + 1,
      role: place % 2 === 0 ? 'user' : 'assistant',
      text: sentence(wordsOfTurn),
    }),
  );
  const added = timed(() => index.add(documents));
  const runs: Uint8Array[] = [];
  const encoded = timed(() => {
    for (let from = 0; from < turns; from += runLength) runs.push(index.encode(from, from + runLength));
  });
  const restarts = Array.from({ length: repeats }, () =>
    timed(() => {
      const restarted = new TurnIndex({ vectors: readVectors() });
      for (const run of runs) restarted.load(run);
      restarted.search({ text: sentence(wordsOfQuestion), limit });
    }),
  );
  const passes = Array.from({ length: repeats }, () =>
    Array.from({ length: questions }, () => {
      const text = sentence(wordsOfQuestion);
      return timed(() => index.search({ text, limit }));
    }).sort((a, z) => a - z),
  );
  const at = (share: number) =>
    median(passes.map((times) => times[Math.floor(share * (questions - 1))] ?? 0));
  return {
    system: 'causeway',
    turns,
    search_p50_ms: at(0.5),
    search_p95_ms: at(0.95),
    restart_to_first_recall_ms: median(restarts),
    add_ms_a_turn: added / turns,
    encode_ms: encoded,
    encoded_mb: runs.reduce((bytes, run) => bytes + run.length, 0) / 1e6,
  };
}

function timed(run: () => unknown): number {
  const begun = performance.now();
  run();
  return performance.now() - begun;
}
