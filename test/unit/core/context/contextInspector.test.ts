import assert from 'node:assert/strict';
import { promptTokens } from '../../../../src/core/providers/prices.ts';
import type { AssistantEntry } from '../../../../src/protocol/entries.ts';
import { answer, toolCall } from '../../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../../support/core.ts';

const task = { title: 'Ship it', steps: [{ text: 'build', state: 'done' }] };

describe('What was sent in a turn', () => {
  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    ({ id: sessionId } = await core.store.create({ door: 'cli' }));
  });
  afterEach(() => core.close());

  async function ask(text: string): Promise<AssistantEntry> {
    let last: AssistantEntry | undefined;
    for await (const event of (await core.engine.startTurn(sessionId, { text, door: 'cli' })).events)
      if (event.type === 'turn.ended' && event.entry.kind === 'assistant') last = event.entry;
    return last ?? assert.fail('the turn did not end');
  }

  async function costsTogether(turnId: string): Promise<number> {
    const { view } = await core.engine.context(sessionId, { turnId });
    return view.costs.reduce((sum, { cached, written, fresh }) => sum + cached + written + fresh, 0);
  }

  it('costs what its one request cost', async () => {
    core.fake.enqueue(answer('Yes.'));
    const { turnId, usage, requestUsage } = await ask('Is it so?');
    assert.ok(usage && requestUsage === undefined);
    assert.equal(await costsTogether(turnId), promptTokens(usage));
  });

  it('costs what the last of its requests cost, which is the one that is shown, beside the whole turn', async () => {
    core.fake.enqueue(toolCall('t1', 'update_task', task), answer('Noted.'));
    const { turnId, usage, costUsd, requestUsage } = await ask('Plan the release.');
    assert.ok(usage && requestUsage && promptTokens(requestUsage) < promptTokens(usage));
    assert.equal(await costsTogether(turnId), promptTokens(requestUsage));
    const { view } = await core.engine.context(sessionId, { turnId });
    assert.deepEqual(view.usage, requestUsage);
    assert.ok(view.costUsd !== undefined && costUsd !== undefined && view.costUsd < costUsd);
    assert.deepEqual(view.turn, { state: 'done', usage, costUsd });
  });

  it('is not said to have cost what the requests before it cost, when it ended without a count', async () => {
    core.fake.enqueue(toolCall('t1', 'update_task', task), {
      kind: 'error',
      status: 400,
      message: 'This request cannot be answered.',
    });
    const { turnId, outcome, usage, costUsd, requestUsage } = await ask('Plan the release.');
    assert.deepEqual([outcome, requestUsage], ['failed', null]);
    const { view } = await core.engine.context(sessionId, { turnId });
    assert.deepEqual([view.usage, view.costUsd], [undefined, undefined]);
    assert.deepEqual(view.turn, { state: 'failed', usage, costUsd });
    const estimate = view.report.segments.reduce((sum, { tokens }) => sum + tokens, 0);
    assert.equal(await costsTogether(turnId), estimate);
  });

  it('is told of a turn that still runs as of one that does', async () => {
    core.fake.enqueue(toolCall('t1', 'update_task', task), { kind: 'silence' });
    const started = await core.engine.startTurn(sessionId, { text: 'Plan the release.', door: 'cli' });
    const events = started.events[Symbol.asyncIterator]();
    for (let event = await events.next(); !event.done; event = await events.next())
      if (event.value.type === 'turn.tool_result') break;
    const { turnId } = started;
    const { view } = await core.engine.context(sessionId, { turnId });
    assert.deepEqual(view.turn, { state: 'running' });
    assert.ok(view.usage, 'the first request is over');
    const ended = core.event('turn.ended');
    await core.engine.stopTurn(sessionId);
    await ended;
    assert.equal((await core.engine.context(sessionId, { turnId })).view.turn?.state, 'stopped');
  });

  it('is, without a name, that of the newest turn of the branch that is active', async () => {
    core.fake.enqueue(answer('One.'), answer('Two.'));
    const first = await ask('First?');
    const second = await ask('Second?');
    const newest = async () => (await core.engine.context(sessionId, { newest: true })).view.turnId;
    assert.equal(await newest(), second.turnId);
    await core.engine.rewind(sessionId, first.id, 'cli');
    assert.equal(await newest(), first.turnId);
  });
});
