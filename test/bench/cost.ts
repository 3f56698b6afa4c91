/**
 * What a long session costs: 300 turns about code against the fake of Anthropic's API, whose cache compares real
 * prefixes and whose clock stands still between requests and is moved by the think times of `support/codingTalk.ts`.
 * Prices are list prices of Claude Sonnet 5.5; requests for frames and all output are counted. Beside it everything
 * said before in each request, without the prompt cache and with the API's automatic one. `-- --long N` sets the turns
 * of the second table (10,000), `-- --turns N` those of the first.
 */

import { claudeModels } from '../../src/core/providers/anthropic/models.ts';
import { costOf, promptTokens } from '../../src/core/providers/prices.ts';
import { defaultSettings } from '../../src/core/settings.ts';
import type { Usage } from '../../src/protocol/content.ts';
import { answer } from '../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../support/anthropic/server.ts';
import type { MessagesBody } from '../support/anthropic/validate.ts';
import { startCore } from '../support/core.ts';
import { codingTalk, type TalkTurn } from './support/codingTalk.ts';
import { frameFor } from './support/frameFor.ts';
import { finish, option, type Row } from './support/table.ts';

const model = claudeModels.find(({ id }) => id === 'claude-sonnet-5-5');
if (!model) throw new Error('The model of this benchmark is not in the table any more.');

const limit: Row = { system: 'limit', pct_of_full_history_cached: 50, refused: 0 };

interface Bill {
  system: string;
  turns: number;
  usages: Usage[];
  /** Of those the requests that wrote frames. */
  frameUsages: Usage[];
  refused: number;
  /** Tokens of recalled turns in all requests, as they were estimated. */
  recalledTokens?: number;
}

const sum = (usages: readonly Usage[], pick: (usage: Usage) => number): number =>
  usages.reduce((total, usage) => total + pick(usage), 0);
const usd = (usages: readonly Usage[]): number =>
  usages.reduce((total, usage) => total + (costOf(usage, model.price) ?? 0), 0);

function row(
  { system, turns, usages, frameUsages, refused, recalledTokens }: Bill,
  cached: number | undefined,
): Row {
  const input = sum(usages, promptTokens);
  return {
    system,
    turns,
    input_tokens: input,
    read_from_cache_pct: (100 * sum(usages, (one) => one.cacheReadTokens)) / input,
    output_tokens: sum(usages, (one) => one.outputTokens),
    frames: frameUsages.length,
    frames_usd: usd(frameUsages),
    usd: usd(usages),
    ...(cached === undefined ? {} : { pct_of_full_history_cached: (100 * usd(usages)) / cached }),
    refused,
    ...(recalledTokens === undefined ? {} : { recalled_tokens: recalledTokens }),
  };
}

/** What a request had in it is not needed again, and ten thousand of them would fill the memory. */
function forget(fake: FakeAnthropic): void {
  for (const request of fake.requests) request.body = undefined;
  fake.requests.length = 0;
}

interface Watched {
  conversationTokens?: number;
  /** As the product has it where none is given. */
  recall?: 'off';
  /** The prompt cache is asked to keep for an hour, which the product does only where the user wants it. */
  longCache?: true;
  /** Hears each request with the answer of the turn it is of, before it is answered. */
  onRequest?(fake: FakeAnthropic, body: MessagesBody, said: string): Promise<void>;
  onFrame?(usage: Usage): void;
}

async function causeway(talk: readonly TalkTurn[], watched: Watched = {}): Promise<Bill> {
  const { conversationTokens, recall = defaultSettings.recall, longCache = false } = watched;
  const core = await startCore({ features: { longCache } });
  Object.assign(core.settings, {
    compaction: 'model',
    grounding: 'off',
    recall,
    ...(conversationTokens === undefined ? {} : { conversationTokens }),
  });
  let now: TalkTurn | undefined;
  core.fake.always((body) => answer(body.output_config?.format ? frameFor(body) : (now?.answer ?? '')));
  const { id } = await core.store.create({ door: 'panel' });
  let refused = 0;
  try {
    for (now of talk) {
      core.fake.clock.now += now.thinkMs;
      const turn = await core.engine.startTurn(id, { text: now.question, door: 'panel' });
      for await (const event of turn.events)
        if (event.type === 'turn.ended' && event.entry.kind === 'assistant' && event.entry.outcome !== 'done')
          refused++;
      await core.engine.memory.idle(id);
      // Whoever hears of one may make requests of their own, which are forgotten with all before them.
      for (const body of core.fake.requests.map((request) => request.body as MessagesBody))
        await watched.onRequest?.(core.fake, body, now.answer);
      forget(core.fake);
    }
    const entries = await core.store.ofKinds(id, ['assistant', 'frame']);
    const of = (kind: 'assistant' | 'frame') =>
      entries.flatMap((entry) => (entry.kind === kind && entry.usage ? [entry.usage] : []));
    const frameUsages = of('frame');
    for (const usage of frameUsages) watched.onFrame?.(usage);
    const usages = [...of('assistant'), ...frameUsages];
    const segments = entries.flatMap((entry) =>
      entry.kind === 'assistant' ? (entry.report?.segments ?? []) : [],
    );
    const recalledTokens = segments.reduce(
      (all, { kind, tokens }) => all + (kind === 'recall' ? tokens : 0),
      0,
    );
    const without = recall === 'off' ? ', recall off' : '';
    const system = `causeway${without}${longCache ? ', cache of an hour' : ''}`;
    return { system, turns: talk.length, usages, frameUsages, refused, recalledTokens };
  } finally {
    await core.close();
  }
}

interface ApiUsage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

const base = { model: model.id, max_tokens: 8_000, system: 'You are an assistant for code.' };

/** Undefined when the API refused it. */
async function post(fake: FakeAnthropic, body: object): Promise<Usage | undefined> {
  const response = await fetch(`${fake.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': fake.key, 'anthropic-version': '2026-10-21' },
    body: JSON.stringify(body),
  });
  const { usage } = (await response.json()) as { usage?: ApiUsage };
  forget(fake);
  return usage && usageOf(usage);
}

async function fullHistory(fake: FakeAnthropic, talk: readonly TalkTurn[], isCached: boolean): Promise<Bill> {
  const messages: { role: string; content: string }[] = [];
  const usages: Usage[] = [];
  let refused = 0;
  for (const { question, answer: said, thinkMs } of talk) {
    fake.clock.now += thinkMs;
    fake.enqueue(answer(said));
    messages.push({ role: 'user', content: question });
    const usage = await post(fake, {
      ...base,
      messages,
      ...(isCached ? { cache_control: { type: 'ephemeral' } } : {}),
    });
    if (usage) usages.push(usage);
    else refused++;
    messages.push({ role: 'assistant', content: said });
  }
  const system = isCached ? 'full-history-cached' : 'full-history';
  return { system, turns: talk.length, usages, frameUsages: [], refused };
}

const usageOf = (usage: ApiUsage): Usage => ({
  inputTokens: usage.input_tokens,
  outputTokens: usage.output_tokens,
  cacheCreationTokens: usage.cache_creation_input_tokens,
  cacheReadTokens: usage.cache_read_input_tokens,
});

/**
 * Where a frame is asked for, what it costs to ask with a request of its own and a schema, and what it would cost to
 * ask at the end of the conversation as it was sent last, whose prefix the cache has, with the schema in words: a schema
 * in the request would make the API read all of it anew.
 */
async function askingForFrames(talk: readonly TalkTurn[]): Promise<Row[]> {
  const own: Usage[] = [];
  const inside: Usage[] = [];
  let last: MessagesBody | undefined;
  await causeway(talk, {
    async onRequest(fake, body, said) {
      if (!body.output_config?.format) {
        last = body;
        return;
      }
      if (!last) return;
      const task = JSON.stringify([body.system, body.output_config.format.schema]);
      fake.enqueue(answer(frameFor(body)));
      const asked = await post(fake, {
        ...last,
        stream: false,
        messages: [...last.messages, { role: 'assistant', content: said }, { role: 'user', content: task }],
      });
      if (asked) inside.push(asked);
    },
    onFrame: (usage) => own.push(usage),
  });
  const row = (system: string, usages: readonly Usage[]): Row => ({
    system,
    frames: usages.length,
    input_tokens: sum(usages, promptTokens) / usages.length,
    read_from_cache_pct:
      (100 * sum(usages, ({ cacheReadTokens }) => cacheReadTokens)) / sum(usages, promptTokens),
    usd_per_frame: usd(usages) / usages.length,
  });
  return [row('own-request', own), row('in-the-conversation', inside)];
}

/**
 * Whether what changes from turn to turn, such as open files, should stay in the conversation as it was sent: then the
 * next request begins with all of the last one, but each later one reads it again. A window of turns that is cut to a
 * third when it is full, with so many tokens of open files in each turn.
 */
async function volatileParts(fake: FakeAnthropic, talk: readonly TalkTurn[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [system, stays] of [
    ['in-last-message', false],
    ['stays-as-sent', true],
  ] as const) {
    const usages: Usage[] = [];
    let kept: { question: string; answer: string; files: string }[] = [];
    for (const [index, turn] of talk.entries()) {
      fake.clock.now += turn.thinkMs;
      fake.enqueue(answer(turn.answer));
      const files = openFiles(index);
      const messages = kept.flatMap((one, at) => [
        userMessage(stays ? [one.files, one.question] : [one.question], !stays && at === kept.length - 1),
        { role: 'assistant', content: [text(one.answer, !stays && at === kept.length - 1)] },
      ]);
      const usage = await post(fake, {
        ...base,
        messages: [...messages, userMessage([files, turn.question], stays)],
      });
      if (usage) usages.push(usage);
      kept.push({ question: turn.question, answer: turn.answer, files });
      const size = kept.reduce(
        (all, one) => all + one.question.length + one.answer.length + (stays ? one.files.length : 0),
        0,
      );
      if (size > windowCharacters) kept = kept.slice(-Math.ceil(kept.length / 3));
    }
    const input = sum(usages, promptTokens);
    rows.push({
      system,
      turns: talk.length,
      input_tokens: input,
      read_from_cache_pct: (100 * sum(usages, ({ cacheReadTokens }) => cacheReadTokens)) / input,
      usd: usd(usages),
    });
  }
  return rows;
}

/** About 24,000 tokens of code and prose. */
const windowCharacters = 70_000;
const text = (words: string, isEnd: boolean) => ({
  type: 'text',
  text: words,
  ...(isEnd ? { cache_control: { type: 'ephemeral' } } : {}),
});
const userMessage = (texts: string[], isEnd: boolean) => ({
  role: 'user',
  content: texts.map((words, index) => text(words, isEnd && index === texts.length - 1)),
});
/** About 1,500 tokens that are others in most turns, as when somebody works on several files. */
const openFiles = (turn: number): string => codingTalk(1, 1_000 + Math.floor(turn / 2), 5)[0]?.answer ?? '';

const fake = await startFakeAnthropic();
try {
  const talk = codingTalk(Number(option('--turns') ?? 300), 1);
  const bills = [
    await causeway(talk),
    await causeway(talk, { recall: 'off' }),
    await causeway(talk, { longCache: true }),
    await fullHistory(fake, talk, false),
    await fullHistory(fake, talk, true),
  ];
  const cached = usd(bills.at(-1)?.usages ?? []);
  const long = await causeway(codingTalk(Number(option('--long') ?? 10_000), 2, 0.2), {
    conversationTokens: 4_000,
  });
  await finish('cost', [
    { name: `${talk.length} turns about code`, rows: [...bills.map((bill) => row(bill, cached)), limit] },
    { name: 'an endless session of short turns, 4,000 tokens word for word', rows: [row(long, undefined)] },
    { name: 'asking for a frame', rows: await askingForFrames(talk) },
    { name: 'what changes from turn to turn', rows: await volatileParts(fake, talk) },
  ]);
} finally {
  await fake.close();
}
