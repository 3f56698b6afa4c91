import assert from 'node:assert/strict';
import type { FollowedTurn } from '../../../src/core/assistant.ts';
import { plainText } from '../../../src/protocol/content.ts';
import type { TurnEvent } from '../../../src/protocol/turnEvents.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

describe('Joining a turn that was accepted before', function () {
  this.timeout(20_000);
  let one: TestCore;
  let two: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    one = await startCore();
    two = await startCore({ folder: one.folder, fake: one.fake });
    sessionId = (await one.store.create({ door: 'panel' })).id;
    await two.store.status();
  });
  afterEach(async () => {
    await two.close();
    await one.close();
  });

  const begin = (text: string, turnId?: string) =>
    one.engine.startTurn(sessionId, {
      text,
      door: 'panel',
      ...(turnId === undefined ? {} : { turnId }),
    });
  const join = async (core: TestCore, turnId: string): Promise<FollowedTurn> => {
    const joined = await core.engine.joinTurn(sessionId, turnId);
    assert.ok(joined, 'the turn is known');
    return joined;
  };
  const heard = async ({ events }: Pick<FollowedTurn, 'events'>) => {
    const all: TurnEvent[] = [];
    for await (const event of events) all.push(event);
    const last = all.at(-1);
    assert.ok(last?.type === 'turn.ended' && last.entry.kind === 'assistant');
    const told = all.flatMap((event) => (event.type === 'turn.text' ? [event.text] : [])).join('');
    assert.equal(all.filter(({ type }) => type === 'turn.ended').length, 1);
    return { told, kept: plainText(last.entry.content), outcome: last.entry.outcome };
  };
  const whole = (text: string) => ({ told: text, kept: text, outcome: 'done' });

  it('that is over tells its answer, also in another window', async () => {
    one.fake.enqueue(answer('All is well.'));
    const turn = await begin('Q');
    await heard(turn);
    for (const core of [one, two])
      assert.deepEqual(await heard(await join(core, turn.turnId)), whole('All is well.'));
  });

  it('that waits ends as withdrawn when another window takes it back', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const live = await begin('Q');
    await one.fake.gate.arrived();
    const waiting = await begin('And then?');
    assert.equal(waiting.state, 'queued');
    const { events } = await join(two, waiting.turnId);
    assert.equal(await one.engine.withdrawTurn(sessionId, waiting.turnId), true);
    const told: string[] = [];
    for await (const { type } of events) told.push(type);
    assert.deepEqual(told, ['turn.withdrawn']);
    await one.engine.stopTurn(sessionId);
    for await (const event of live.events) void event;
  });

  it('that is live tells what has come and what comes, in its own window', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const turn = await begin('Q');
    const word = one.event('turn.text');
    await one.fake.gate.arrived();
    one.fake.gate.step();
    await word;
    const joined = heard(await join(one, turn.turnId));
    one.fake.gate.step(2);
    assert.deepEqual(await joined, whole('one two three'));
  });

  it('that another window runs tells the whole answer at its end', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
    const turn = await begin('Q');
    await one.fake.gate.arrived();
    const joined = heard(await join(two, turn.turnId));
    one.fake.gate.step(2);
    assert.deepEqual(await joined, whole('one two'));
  });

  it('that waits tells its answer when it had its turn', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'A1', gated: true }, answer('A2 is here'));
    await begin('Q1');
    const waiting = await begin('Q2');
    assert.equal(waiting.state, 'queued');
    const joined = [one, two].map(async (core) => heard(await join(core, waiting.turnId)));
    await one.fake.gate.arrived();
    one.fake.gate.step();
    for (const each of joined) assert.deepEqual(await each, whole('A2 is here'));
  });

  it('that was taken back, or never was, is nothing to join', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'A1', gated: true });
    const first = await begin('Q1');
    const waiting = await begin('Q2');
    assert.ok(await one.engine.withdrawTurn(sessionId, waiting.turnId));
    for (const turnId of [waiting.turnId, crypto.randomUUID()])
      assert.equal(await one.engine.joinTurn(sessionId, turnId), undefined);
    await one.fake.gate.arrived();
    one.fake.gate.step();
    await heard(first);
  });

  it('is the only way to it: its id is not run a second time, whoever tries', async () => {
    const turnId = crypto.randomUUID();
    one.fake.enqueue({ kind: 'drip', text: 'A', gated: true });
    const turn = await begin('Q', turnId);
    const again = { text: 'Q', door: 'panel', turnId } as const;
    for (const core of [one, two])
      await assert.rejects(core.engine.startTurn(sessionId, again), { code: 'turn_taken' });
    await one.fake.gate.arrived();
    one.fake.gate.step();
    await heard(turn);
    await assert.rejects(two.engine.startTurn(sessionId, again), { code: 'turn_taken' });
    assert.equal((await one.store.log(sessionId)).length, 2);
  });
});
