import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FakeAnthropic, startFakeAnthropic } from '../../../support/anthropic/server.ts';
import { text, user } from './requestParts.ts';
import { ask, model, post } from './wire.ts';

interface Usage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
}

const short = { cache_control: { type: 'ephemeral' } };
const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const minutes = (count: number) => count * 60_000;

/** Far more than the shortest prefix that is cached. */
const long = (seed: string) => `${seed} `.repeat(3_000);

describe("the fake of Anthropic's prompt cache", () => {
  let fake: FakeAnthropic;
  beforeEach(async () => {
    fake = await startFakeAnthropic();
  });
  afterEach(() => fake.close());

  async function send(change: object): Promise<Usage> {
    const response = await post(fake, { ...ask('Why?'), ...change });
    const body = (await response.json()) as { usage: Usage };
    assert.equal(response.status, 200, JSON.stringify(body));
    return body.usage;
  }

  async function count(change: object): Promise<number> {
    const { max_tokens: _, ...body } = { ...ask('Why?'), ...change };
    const response = await post(fake, body, {}, '/v1/messages/count_tokens');
    return ((await response.json()) as { input_tokens: number }).input_tokens;
  }

  const total = (usage: Usage) =>
    usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;

  it('writes a prefix at its first use and reads it at the next', async () => {
    const request = { system: [text(long('rule'), short)] };
    const first = await send(request);
    assert.equal(first.cache_read_input_tokens, 0);
    assert.ok(first.cache_creation_input_tokens > 3_000);
    const second = await send(request);
    assert.equal(second.cache_read_input_tokens, first.cache_creation_input_tokens);
    assert.equal(second.cache_creation_input_tokens, 0);
    assert.equal(second.input_tokens, first.input_tokens);
  });

  it('reads nothing without a breakpoint, whatever was cached before', async () => {
    await send({ system: [text(long('rule'), short)] });
    assert.equal((await send({ system: [text(long('rule'))] })).cache_read_input_tokens, 0);
  });

  it('reads nothing of a prefix once the answer is held to another schema, which is charged for itself', async () => {
    const format = (properties: object) => ({
      output_config: {
        format: { type: 'json_schema', schema: { type: 'object', properties, additionalProperties: false } },
      },
    });
    const request = { system: [text(long('rule'), short)] };
    const free = await send(request);
    const held = await send({ ...request, ...format({ a: { type: 'string' } }) });
    assert.equal(held.cache_read_input_tokens, 0);
    assert.ok(total(held) > total(free));
    assert.ok((await send({ ...request, ...format({ a: { type: 'string' } }) })).cache_read_input_tokens > 0);
    assert.equal((await send({ ...request, ...format({}) })).cache_read_input_tokens, 0);
  });

  const changes: { what: string; change: object; read: boolean }[] = [
    { what: 'another question', change: { messages: [user(text('How?'))] }, read: true },
    {
      what: 'another place for the same breakpoint',
      change: { system: [text(long('rule')), text('More.', short)] },
      read: true,
    },
    {
      what: 'a string in place of a block',
      change: { messages: [{ role: 'user', content: 'Why?' }] },
      read: true,
    },
    {
      what: 'another character at the start',
      change: { system: [text(`!${long('rule')}`, short)] },
      read: false,
    },
    {
      what: 'a tool before it',
      change: { tools: [{ name: 'read', input_schema: { type: 'object' } }] },
      read: false,
    },
    { what: 'another model', change: { model: 'claude-opus-5-5' }, read: false },
    { what: 'another speed', change: { speed: 'fast' }, read: false },
    { what: 'thinking, which changes only messages', change: { thinking: { type: 'adaptive' } }, read: true },
  ];
  for (const { what, change, read } of changes) {
    it(`${read ? 'reads' : 'does not read'} the cached system prompt after ${what}`, async () => {
      const request = { system: [text(long('rule'), short)] };
      await send(request);
      assert.equal((await send({ ...request, ...change })).cache_read_input_tokens > 0, read);
    });
  }

  it('does not read cached messages after thinking was switched', async () => {
    const request = { messages: [user(text(long('fact'), short))] };
    await send(request);
    assert.equal((await send({ ...request, thinking: { type: 'adaptive' } })).cache_read_input_tokens, 0);
  });

  const lives: { what: string; control: object; steps: number[]; read: boolean[] }[] = [
    { what: 'is read until five minutes have passed', control: short, steps: [4.9], read: [true] },
    { what: 'is gone after five minutes', control: short, steps: [5], read: [false] },
    {
      what: 'lives five minutes more after each read',
      control: short,
      steps: [4, 4, 4, 5],
      read: [true, true, true, false],
    },
    {
      what: 'of an hour is read until the hour has passed',
      control: hour,
      steps: [59.9, 59.9],
      read: [true, true],
    },
    { what: 'of an hour is gone after it', control: hour, steps: [60], read: [false] },
  ];
  for (const { what, control, steps, read } of lives) {
    it(`an entry ${what}`, async () => {
      const request = { system: [text(long('rule'), control)] };
      await send(request);
      for (const [index, step] of steps.entries()) {
        fake.clock.now += minutes(step);
        assert.equal((await send(request)).cache_read_input_tokens > 0, read[index]);
      }
    });
  }

  it('an entry lives longer also when a later breakpoint reads it', async () => {
    const conversation = (...texts: string[]) => ({
      cache_control: { type: 'ephemeral' },
      messages: [user(text(long('fact'))), ...texts.map((words) => user(text(words)))],
    });
    await send(conversation());
    for (const tail of ['One?', 'Another?', 'A third?']) {
      fake.clock.now += minutes(4);
      assert.ok((await send(conversation(tail))).cache_read_input_tokens > 0);
    }
  });

  it('an entry of an hour is not shortened by a request that asks for five minutes', async () => {
    await send({ system: [text(long('rule'), hour)] });
    await send({ system: [text(long('rule'), short)] });
    fake.clock.now += minutes(30);
    assert.ok((await send({ system: [text(long('rule'), short)] })).cache_read_input_tokens > 0);
  });

  it('charges an hour and five minutes apart', async () => {
    const { cache_creation } = await send({
      system: [text(long('rule'), hour)],
      messages: [user(text(long('fact'), short), text('Why?'))],
    });
    assert.ok(cache_creation.ephemeral_1h_input_tokens > 3_000);
    assert.ok(cache_creation.ephemeral_5m_input_tokens > 3_000);
  });

  for (const [id, minimum] of [
    [model, 1024],
    ['claude-haiku-5-5', 2048],
    ['claude-haiku-4-5', 4096],
  ] as const) {
    it(`caches for ${id} from ${minimum} tokens on, and silently nothing below`, async () => {
      const system = (words: number) => ({ model: id, system: [text('word '.repeat(words).trim(), short)] });
      const empty = await count({ model: id, system: [] });
      for (let words = Math.floor(minimum / 3); ; words += 20) {
        const size = (await count(system(words))) - empty;
        const { cache_creation_input_tokens } = await send(system(words));
        assert.equal(cache_creation_input_tokens, size < minimum ? 0 : size);
        if (size >= minimum) break;
      }
    });
  }

  for (const [added, read] of [
    [19, true],
    [20, false],
  ] as const) {
    it(`${read ? 'finds' : 'misses'} an entry ${added} blocks before the breakpoint`, async () => {
      const conversation = (count: number) => ({
        messages: [
          user(text(long('fact'), count === 0 ? short : {})),
          ...Array.from({ length: count }, (_, index) =>
            user(text(`Block ${index}.`, index === count - 1 ? short : {})),
          ),
        ],
      });
      await send(conversation(0));
      assert.equal((await send(conversation(added))).cache_read_input_tokens > 0, read);
    });
  }

  it('a second breakpoint finds what the last one is too far from', async () => {
    const blocks = Array.from({ length: 30 }, (_, index) =>
      text(`Block ${index}.`, index === 29 ? short : {}),
    );
    await send({ system: [text(long('rule'), short)] });
    const usage = await send({ system: [text(long('rule'), short)], messages: [user(...blocks)] });
    assert.ok(usage.cache_read_input_tokens > 0);
    assert.ok(usage.cache_creation_input_tokens > 0);
  });

  for (const [more, cached] of [
    [0, true],
    [1, false],
  ] as const) {
    it(`a prefix ${more} tokens short of the least is ${cached ? '' : 'not '}cached`, async () => {
      const request = { system: [text('Some rules.', short)] };
      const own = fake.models.find(({ id }) => id === model);
      assert.ok(own);
      own.minimumPrefix = (await count(request)) - (await count({ system: [] })) + more;
      assert.equal((await send(request)).cache_creation_input_tokens > 0, cached);
    });
  }

  it('automatic caching follows the end of the conversation', async () => {
    const auto = { cache_control: { type: 'ephemeral' } };
    const turns = [user(text(long('fact'))), { role: 'assistant', content: 'I see.' }, user(text('And?'))];
    const first = await send({ ...auto, messages: turns.slice(0, 1) });
    assert.equal(first.cache_creation_input_tokens, total(first));
    const second = await send({ ...auto, messages: turns });
    assert.equal(second.cache_read_input_tokens, first.cache_creation_input_tokens);
    assert.equal(second.input_tokens, 0);
  });

  it('does not cache a request that was answered with an error', async () => {
    const request = { system: [text(long('rule'), short)] };
    fake.enqueue({ kind: 'error', status: 529 });
    assert.equal((await post(fake, { ...ask(), ...request })).status, 529);
    assert.equal((await send(request)).cache_read_input_tokens, 0);
  });

  it('the parts of the input always add up to its count, and nothing is read that was not written', async () => {
    const words = fc.constantFrom('a', long('b'), long('c'), 'd e f');
    const mark = fc.constantFrom({}, {}, short);
    const block = fc.tuple(words, mark).map(([words, mark]) => text(words, mark));
    const sized = (blocks: object[]) => blocks.filter((part) => 'cache_control' in part).length;
    const request = fc
      .record({
        system: fc.array(block, { maxLength: 3 }),
        content: fc.array(block, { minLength: 1, maxLength: 4 }),
      })
      .filter(({ system, content }) => sized(system) + sized(content) <= 4);
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 4 }), async (requests) => {
        // A day empties the cache between runs.
        fake.clock.now += minutes(24 * 60);
        let written = 0;
        for (const { system, content } of requests) {
          const change = { system, messages: [user(...content)] };
          const usage = await send(change);
          assert.equal(total(usage), await count(change));
          assert.ok(usage.cache_read_input_tokens <= written);
          written = Math.max(written, usage.cache_read_input_tokens + usage.cache_creation_input_tokens);
          const { ephemeral_5m_input_tokens, ephemeral_1h_input_tokens } = usage.cache_creation;
          assert.equal(
            ephemeral_5m_input_tokens + ephemeral_1h_input_tokens,
            usage.cache_creation_input_tokens,
          );
        }
      }),
      { numRuns: 25 },
    );
  });

  const reasons: { what: string; change: object; reason: string | undefined }[] = [
    {
      what: 'nothing but a longer conversation',
      change: { messages: [user(text('Why?')), { role: 'assistant', content: 'So.' }, user(text('And?'))] },
      reason: undefined,
    },
    { what: 'another model', change: { model: 'claude-opus-5-5' }, reason: 'model_changed' },
    {
      what: 'a tool',
      change: { tools: [{ name: 'read', input_schema: { type: 'object' } }] },
      reason: 'tools_changed',
    },
    { what: 'another rule', change: { system: 'Be long.' }, reason: 'system_changed' },
    { what: 'another question', change: { messages: [user(text('How?'))] }, reason: 'messages_changed' },
    {
      what: 'a message it never sent',
      change: { diagnostics: { previous_message_id: 'msg_none' } },
      reason: 'previous_message_not_found',
    },
  ];
  for (const { what, change, reason } of reasons) {
    it(`names ${reason ?? 'no reason'} for a miss after ${what}`, async () => {
      const request = ask('', { system: 'Be short.', messages: [user(text('Why?'))] });
      const { id } = (await (await post(fake, request)).json()) as { id: string };
      const again = { ...request, diagnostics: { previous_message_id: id }, ...change };
      const { diagnostics } = (await (await post(fake, again)).json()) as {
        diagnostics: { cache_miss_reason: { type: string } | null };
      };
      assert.equal(diagnostics.cache_miss_reason?.type, reason);
    });
  }
});
