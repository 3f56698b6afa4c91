/**
 * How well the tokens of a request are estimated: a long session against the fake of Anthropic's API, which counts with a
 * tokenizer of its own and a hidden factor that drifts in mid-run, first slowly and in a second run at once. The session
 * outgrows the window, so that each request of its second half is as large as the budget allows. Beside our estimate
 * the same requests by a quarter of their characters and by Claude's vocabulary without anything learned. Errors are
 * shares of what the API counted, from the 21st turn on. `-- --turns N` sets the turns of a run.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claudeModels } from '../../src/core/providers/anthropic/models.ts';
import { promptTokens } from '../../src/core/providers/prices.ts';
import type { AssistantEntry, Attachment } from '../../src/protocol/entries.ts';
import { reportTokens } from '../../src/protocol/report.ts';
import { openTokenCounter } from '../../src/workers/openTokenCounter.ts';
import { answer } from '../support/anthropic/script.ts';
import { startCore, workerUrl } from '../support/core.ts';
import { codingTalk } from './support/codingTalk.ts';
import { finish, option, type Row } from './support/table.ts';

const turns = Number(option('--turns') ?? 90);
/** Turns after which a factor must have been learned. */
const learning = 20;
/** The model with the smallest window of the table, which a session outgrows soonest. */
const model = claudeModels.find(({ id }) => id === 'claude-haiku-4-5');
if (!model) throw new Error('The model of this benchmark is not in the table any more.');

/** What the hidden factor is multiplied with before a turn. */
type Drift = (turn: number) => number;
const middle = Math.floor(turns / 2);
/** The spread of the factors of Claude's models up to now is 1.3; a tenth within one session is a lot. */
const slow: Drift = (turn) => 1 + 0.1 * Math.min(1, Math.max(0, (turn - middle) / 20));
const sudden: Drift = (turn) => (turn < middle ? 1 : 1.1);

const counter = openTokenCounter({
  workerUrl: workerUrl('tokens'),
  log: { info: () => undefined, warn: console.error, error: console.error },
});

/** Our own sources, so that prose, code and tables follow each other. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync('{src,docs}/**/*.{ts,md}', { cwd: root }).sort();
function attached(turn: number): Attachment[] {
  const path = turn % 3 === 0 ? sources[(turn * 7) % sources.length] : undefined;
  if (path === undefined) return [];
  const text = readFileSync(join(root, path), 'utf8').slice(0, 20_000);
  return [{ kind: 'file', uri: `file:///${path}`, path, text }];
}

interface Seen {
  actual: number;
  estimates: { system: string; tokens: number }[];
}

/** All texts of a request, however they are nested. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    ['system', 'messages', 'tools'].includes(key) || !('messages' in value) ? textsIn(inner) : [],
  );
}

async function run(name: string, drift: Drift): Promise<Row[]> {
  const core = await startCore({ counter });
  Object.assign(core.settings, {
    model: `anthropic/${model?.id}`,
    conversationTokens: 1_000_000,
    compaction: 'off',
    recall: 'off',
    grounding: 'off',
  });
  const hidden = core.fake.models.find(({ id }) => id === model?.id);
  if (!hidden) throw new Error('The fake does not know the model.');
  const { factor } = hidden;
  const { id } = await core.store.create({ door: 'cli', private: true });
  const seen: Seen[] = [];
  let failed = 0;
  let refused = 0;
  let counted = 0;
  try {
    for (const [turn, { question, answer: said }] of codingTalk(turns, 3, 5).entries()) {
      hidden.factor = factor * drift(turn);
      // The fake has a limit of tokens a minute, as the API has.
      core.fake.clock.now += 60_000;
      core.fake.enqueue(answer(said));
      const started = await core.engine.startTurn(id, {
        text: question,
        attachments: attached(turn),
        door: 'cli',
      });
      let ended: AssistantEntry | undefined;
      for await (const event of started.events)
        if (event.type === 'turn.ended' && event.entry.kind === 'assistant') ended = event.entry;
      const requests = core.fake.requests.splice(0);
      const sent = requests.filter(({ path }) => path === '/v1/messages');
      counted += requests.length - sent.length;
      refused += sent.filter(({ status }) => status === 400).length;
      if (ended?.outcome !== 'done' || !ended.usage || !ended.report) {
        failed++;
        continue;
      }
      const texts = textsIn(sent.at(-1)?.body);
      const vocabulary = (await counter.count(texts)).reduce((sum, tokens) => sum + tokens, 0);
      seen.push({
        actual: promptTokens(ended.usage),
        estimates: [
          { system: 'causeway', tokens: reportTokens(ended.report) },
          { system: 'characters / 4', tokens: texts.join('').length / 4 },
          { system: 'vocabulary, not learned', tokens: vocabulary * (model?.tokenFactor ?? 1) },
        ],
      });
    }
  } finally {
    await core.close();
  }
  return rowsOf(seen.slice(learning)).map((row) => ({
    ...row,
    ...(row.system === 'causeway'
      ? { drift: name, overflows: refused, failed_turns: failed, count_tokens_calls: counted }
      : { drift: name }),
  }));
}

function rowsOf(seen: readonly Seen[]): Row[] {
  const systems = seen[0]?.estimates.map(({ system }) => system) ?? [];
  return systems.map((system, at) => {
    const errors = seen.map(({ actual, estimates }) => (estimates[at]?.tokens ?? 0) / actual - 1);
    return {
      system,
      requests: errors.length,
      mean_abs_error_pct: (100 * errors.reduce((sum, one) => sum + Math.abs(one), 0)) / errors.length,
      too_low_at_most_pct: -100 * Math.min(0, ...errors),
      too_high_at_most_pct: 100 * Math.max(0, ...errors),
      largest_prompt: Math.max(...seen.map(({ actual }) => actual)),
    };
  });
}

const slowly = await run('10% in 20 turns', slow);
const atOnce = await run('10% at once', sudden);
await counter.close();
await finish('tokens', [
  { name: 'the hidden factor drifts', rows: slowly },
  { name: 'the hidden factor changes at once', rows: atOnce },
]);
