import assert from 'node:assert/strict';
import { routeSettings } from '../../../src/core/providers/routes.ts';
import { plainText } from '../../../src/protocol/content.ts';
import type { AssistantEntry } from '../../../src/protocol/entries.ts';
import type { TurnEvent } from '../../../src/protocol/turnEvents.ts';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import type { TestCore } from '../../support/core.ts';
import type { FlavourName } from '../../support/openai/flavours.ts';
import * as chat from '../../support/openai/script.ts';
import { startTwo, type Two } from '../../support/twoProviders.ts';

const soon = { 'retry-after-ms': '3' };
const newTask = { title: 'Ship it', steps: [{ text: 'build', state: 'done' }] };

describe('A session whose provider changes', function () {
  this.timeout(30_000);
  let two: Two;
  let core: TestCore;
  let session: string;
  async function start(flavour?: FlavourName, more?: { contextTokens: number; maxOutputTokens: number }) {
    two = await startTwo(flavour, more);
    core = two.core;
    session = (await core.store.create({ door: 'panel' })).id;
  }
  afterEach(async () => {
    await core.close();
    await two.fake.close();
  });

  async function turn(text: string, model?: string): Promise<{ events: TurnEvent[]; end: AssistantEntry }> {
    const { events } = await core.engine.startTurn(session, {
      text,
      door: 'panel',
      grounding: 'off',
      ...(model === undefined ? {} : { model }),
    });
    const all: TurnEvent[] = [];
    for await (const event of events) all.push(event);
    const last = all.at(-1);
    assert.ok(last?.type === 'turn.ended' && last.entry.kind === 'assistant');
    return { events: all, end: last.entry };
  }
  const done = async (text: string, model?: string) => {
    const { end } = await turn(text, model);
    assert.equal(end.outcome, 'done', JSON.stringify(end.error));
    return end;
  };
  const sentToMine = (): string => JSON.stringify(two.fake.requests.at(-1)?.body);
  const sentToClaude = (): string =>
    JSON.stringify(core.fake.requests.filter(({ path }) => path === '/v1/messages').at(-1)?.body);

  for (const flavour of ['openai', 'mistral', 'gemini', 'ollama'] as FlavourName[])
    it(`goes on with ${flavour} after Claude thought and called a tool, and then with Claude again`, async () => {
      await start(flavour);
      core.settings.thinking = true;
      const called = toolCall('toolu_1', 'update_task', newTask);
      called.blocks.unshift({ type: 'thinking', deltas: ['I plan.'], signature: 'c2ln' });
      core.fake.enqueue(called, answer('Planned.'));
      assert.equal((await done('Plan it.', 'anthropic/claude-sonnet-5-5')).provider, 'anthropic');

      two.fake.enqueue(
        { ...chat.toolCall('call:1', 'update_task', { ...newTask, title: 'Ship the rest' }) },
        chat.answer('Planned too.'),
      );
      const second = await done('And the rest?', 'mine/fake-large');
      assert.deepEqual(
        [second.provider, second.model, plainText(second.content)],
        ['mine', 'fake-large', 'Planned too.'],
      );
      assert.match(sentToMine(), /Plan it\..*Ship it.*Planned\..*And the rest\?.*Ship the rest/);
      assert.doesNotMatch(sentToMine(), /I plan\.|c2ln/);

      core.fake.enqueue(answer('All of it.'));
      const third = await done('What did we plan?', 'anthropic/claude-sonnet-5-5');
      assert.equal(third.provider, 'anthropic');
      assert.match(sentToClaude(), /call_1.*Ship the rest.*Planned too\./);
    });

  it('learns how the tokens of each model count apart from the other', async () => {
    await start();
    const long = 'word '.repeat(600);
    await done(long, 'mine/fake-large');
    await done('And?', 'mine/fake-large');
    const preview = (model: string) =>
      core.engine.preview(session, { text: 'Next?', door: 'panel', grounding: 'off', model });
    const [mine, claude] = [await preview('mine/fake-large'), await preview('anthropic/claude-haiku-4-5')];
    const tokens = (segments: { tokens: number }[]) => segments.reduce((sum, one) => sum + one.tokens, 0);
    assert.notEqual(tokens(mine.segments), tokens(claude.segments));
  });

  it('says what it is that cannot be used now, and answers from the files', async () => {
    await start();
    two.keys.clear();
    const { insteadOf } = await core.engine
      .setModel(session, 'mine/fake-large', 'panel')
      .then(() => core.engine.modelFor(session));
    assert.match(insteadOf ?? '', /No API key for OpenAI is set/);
  });

  it('sends nothing to the server in Restricted Mode, nor asks it for models', async () => {
    await start();
    core.workspace.trusted = false;
    const { end } = await turn('Hello?', 'mine/fake-large');
    await core.engine.refreshModels(AbortSignal.timeout(5_000), true);
    assert.deepEqual([end.provider, two.fake.requests.length], ['offline', 0]);
  });

  it('shortens what the server finds too long, and asks once more', async () => {
    await start('openai', { contextTokens: 8_000, maxOutputTokens: 1_000 });
    // It counts more tokens than were reckoned with.
    for (const model of two.fake.models) model.window = 9_000;
    for (let n = 0; n < 10; n++) await done(`${n} ${'word '.repeat(700)}`, 'anthropic/claude-sonnet-5-5');
    await done('So?', 'mine/fake-large');
    assert.deepEqual(
      two.fake.requests.map(({ status }) => status),
      [400, 200],
    );
  });

  it('with no model chosen is answered by the server that is set, where Claude has no key', async () => {
    await start();
    core.secrets.key = undefined;
    assert.deepEqual((await done('Hello?')).model, 'fake-large');
  });

  describe('by a route', () => {
    beforeEach(async () => {
      await start('openai', { contextTokens: 32_000, maxOutputTokens: 4_000 });
      core.settings.routes = routeSettings.parse({
        main: { models: ['anthropic/claude-sonnet-5-5', 'mine/fake-large'] },
      });
      await core.engine.setModel(session, 'route/main', 'panel');
    });

    const passing: [what: string, status: 429 | 500 | 529][] = [
      ['limits requests', 429],
      ['fails', 500],
      ['is overloaded', 529],
    ];
    for (const [what, status] of passing)
      it(`is answered by the next model at once when the first ${what}, and says by which`, async () => {
        core.fake.enqueue({ kind: 'error', status, headers: soon });
        two.fake.enqueue(chat.answer('I stand in.'));
        const { events, end } = await turn('Hello?');
        assert.deepEqual(
          [end.outcome, end.provider, end.model, end.report?.model],
          ['done', 'mine', 'fake-large', 'mine/fake-large'],
        );
        assert.deepEqual(
          events.flatMap((event) => (event.type === 'turn.started' ? [event.model] : [])),
          ['claude-sonnet-5-5', 'fake-large'],
        );
        assert.ok(!events.some(({ type }) => type === 'turn.retrying'));
      });

    it('is not answered by another when the key is rejected', async () => {
      core.secrets.key = 'sk-ant-wrong';
      const { end } = await turn('Hello?');
      assert.deepEqual([end.error?.code, two.fake.requests.length], ['api_key_rejected', 0]);
    });

    it('is not answered by another once a word of the answer came', async () => {
      core.fake.enqueue({ kind: 'disconnect', text: 'half an' });
      const { end } = await turn('Hello?');
      assert.deepEqual([end.outcome, plainText(end.content)], ['failed', 'half an']);
      assert.equal(two.fake.requests.length, 0);
    });

    it('is not answered by another for a reason that the route leaves out', async () => {
      core.settings.routes = routeSettings.parse({
        main: {
          models: ['anthropic/claude-sonnet-5-5', 'mine/fake-large'],
          fallbackOn: ['connection'],
        },
      });
      core.fake.enqueue(
        ...Array.from({ length: 4 }, () => ({ kind: 'error' as const, status: 529 as const, headers: soon })),
      );
      const { end } = await turn('Hello?');
      assert.deepEqual([end.error?.code, two.fake.requests.length], ['overloaded', 0]);
    });

    it('asks a model that failed three times in a row last', async () => {
      core.fake.always(() => ({ kind: 'error', status: 500, headers: soon }));
      for (let n = 0; n < 3; n++) assert.equal((await done('Hello?')).provider, 'mine');
      const before = core.fake.requests.length;
      assert.equal((await done('Hello?')).provider, 'mine');
      assert.equal(core.fake.requests.length, before);
    });

    it('tells the error of the last model where all fail', async () => {
      core.fake.enqueue({ kind: 'error', status: 529, headers: soon });
      two.fake.enqueue(...chat.times(4, { kind: 'error', status: 429, headers: soon }));
      const { end } = await turn('Hello?');
      assert.deepEqual([end.provider, end.error?.code], ['mine', 'rate_limited']);
    });

    it('takes over between the calls of a turn, with what the first model did', async () => {
      core.fake.enqueue(toolCall('toolu_1', 'update_task', newTask), {
        kind: 'error',
        status: 529,
        headers: soon,
      });
      two.fake.enqueue(chat.answer('Done by me.'));
      const end = await done('Plan it.');
      assert.equal(end.provider, 'mine');
      assert.match(sentToMine(), /Plan it\..*update_task.*"role":"tool"/);
    });

    it('is answered by the next model that has room where one is too small for the input', async () => {
      core.settings.routes = routeSettings.parse({
        main: { models: ['anthropic/claude-haiku-4-5', 'mine/fake-small', 'anthropic/claude-sonnet-5-5'] },
      });
      core.fake.enqueue({ kind: 'error', status: 529, headers: soon }, answer('I have room.'));
      const end = await done('word '.repeat(40_000));
      assert.deepEqual([end.provider, end.model], ['anthropic', 'claude-sonnet-5-5']);
      assert.equal(two.fake.requests.length, 0);
    });

    it('says that an input is too large where no model of it has room', async () => {
      core.settings.routes = routeSettings.parse({
        main: { models: ['mine/fake-small', 'mine/fake-small'] },
      });
      const { end } = await turn('word '.repeat(40_000));
      assert.deepEqual([end.error?.code, two.fake.requests.length], ['input_too_large', 0]);
    });

    it('stands in the list of models, and is unknown where no such route is set', async () => {
      const states = await core.engine.providers();
      assert.deepEqual(
        states.find(({ id }) => id === 'route')?.models.map(({ id }) => id),
        ['main'],
      );
      await assert.rejects(core.engine.setModel(session, 'route/other', 'panel'), {
        code: 'model_not_found',
      });
    });
  });
});
