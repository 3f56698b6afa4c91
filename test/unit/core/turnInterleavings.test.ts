import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StartedTurn } from '../../../src/core/assistant.ts';
import { plainText } from '../../../src/protocol/content.ts';
import type { TurnEvent } from '../../../src/protocol/turnEvents.ts';
import { answer, type Behaviour, toolCall } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

/** How the model behaves, as the requests come. */
const behaviours: fc.Arbitrary<Behaviour> = fc.constantFrom<Behaviour[]>(
  answer('one two three'),
  toolCall('t1', 'update_task', { title: 'Count' }),
  toolCall('t2', 'nothing', {}),
  { kind: 'drip', text: 'one two three', gated: true },
  { kind: 'error', status: 401 },
  { kind: 'error', status: 529, headers: { 'retry-after-ms': '1' } },
  { kind: 'error_in_stream', text: 'one two', status: 529 },
  { kind: 'disconnect', text: 'one two' },
  { kind: 'truncate', text: 'one two' },
);

type Act =
  | { do: 'start'; text: string }
  | { do: 'stop' }
  | { do: 'step' }
  /** Withdraws, aborts or retries the turn of that number, if there is one. */
  | { do: 'withdraw' | 'abort' | 'retry'; turn: number }
  /** Waits until the model is asked, an event comes, or nothing: so that acts fall between all steps of a turn. */
  | { do: 'wait'; for: 'event' | 'tick' };

const turnNumber = fc.nat({ max: 5 });
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('start' as const), text: fc.constantFrom('Q', 'R') }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('stop' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('step' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), turn: turnNumber }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), turn: turnNumber }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('retry' as const), turn: turnNumber }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        for: fc.constantFrom('event' as const, 'tick' as const),
      }),
    },
  ),
  { minLength: 1, maxLength: 14 },
);

interface Followed {
  turn: StartedTurn;
  signal: AbortController;
  events: Promise<TurnEvent[]>;
}

async function collect(events: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const all: TurnEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const isEnd = ({ type }: { type: string }): boolean => type === 'turn.ended' || type === 'turn.withdrawn';

async function play(core: TestCore, sessionId: string, all: readonly Act[]): Promise<Followed[]> {
  const starting: Promise<Followed | undefined>[] = [];
  const followed = async (): Promise<Followed[]> =>
    (await Promise.all(starting)).filter((one) => one !== undefined);
  const under: Promise<unknown>[] = [];
  let wake = () => {};
  let isLive = false;
  core.engine.onEvent((event) => {
    if (event.type === 'turn.started') isLive = true;
    if (event.type === 'turn.ended') isLive = false;
    wake();
  });
  for (const act of all) {
    switch (act.do) {
      case 'start': {
        const signal = new AbortController();
        starting.push(
          core.engine
            .startTurn(sessionId, { text: act.text, door: 'cli' }, signal.signal)
            .then((turn) => ({ turn, signal, events: collect(turn.events) })),
        );
        break;
      }
      case 'stop':
        under.push(core.engine.stopTurn(sessionId));
        break;
      case 'step':
        core.fake.gate.step(1);
        break;
      case 'withdraw': {
        const one = (await followed())[act.turn];
        if (one) under.push(core.engine.withdrawTurn(sessionId, one.turn.turnId));
        break;
      }
      case 'abort':
        (await followed())[act.turn]?.signal.abort();
        break;
      case 'retry': {
        const one = (await followed())[act.turn];
        if (!one) break;
        const signal = new AbortController();
        starting.push(
          core.engine.retryTurn(sessionId, one.turn.turnId, 'cli').then(
            (turn) => ({ turn, signal, events: collect(turn.events) }),
            (error: { code?: string }) => {
              // A turn that waits, was withdrawn or lies on another branch is none to retry.
              assert.equal(error.code, 'not_found');
              return undefined;
            },
          ),
        );
        break;
      }
      case 'wait':
        if (act.for === 'tick') await new Promise((resolve) => setImmediate(resolve));
        // With a live turn there is always an event to come once its next step is let through.
        else if (isLive) {
          const heard = new Promise<void>((resolve) => {
            wake = resolve;
          });
          core.fake.gate.step(1);
          await heard;
        }
        break;
      default:
        act satisfies never;
    }
  }
  const turns = await followed();
  core.fake.gate.step(10_000);
  await Promise.all(under);
  return turns;
}

describe('Turns of a session, however starts, stops, withdrawals and failures fall', function () {
  this.timeout(180_000);

  it('end in exactly one terminal event each, told and stored, with the text that had arrived', async () => {
    await fc.assert(
      fc.asyncProperty(acts, fc.array(behaviours, { maxLength: 10 }), async (all, script) => {
        const core = await startCore();
        try {
          core.fake.enqueue(...script);
          core.fake.always(() => answer('the end'));
          const session = await core.store.create({ door: 'cli' });
          const told: string[] = [];
          core.engine.onEvent((event) => {
            if (isEnd(event) && 'turnId' in event) told.push(event.turnId);
          });
          const turns = await play(core, session.id, all);
          const log = await (async () => {
            for (const { events } of turns) await events;
            return core.store.log(session.id);
          })();
          for (const { turn, events } of turns) {
            const heard = await events;
            assert.deepEqual(
              heard.flatMap((event, place) => (isEnd(event) ? [place] : [])),
              [heard.length - 1],
              'one terminal event, the last',
            );
            assert.equal(told.filter((id) => id === turn.turnId).length, 1);
            const stored = log.filter((entry) => 'turnId' in entry && entry.turnId === turn.turnId);
            const end = heard.at(-1);
            if (end?.type === 'turn.withdrawn') assert.deepEqual(stored, []);
            else {
              // A turn that is stopped while a tool runs has no results of it.
              const kinds = stored.map(({ kind }) => kind).join(' ');
              assert.match(kinds, /^user (assistant (tool_result )?)*assistant$/);
              const said = stored.filter((entry) => entry.kind === 'assistant');
              assert.deepEqual(
                said.map(({ outcome }) => outcome !== undefined),
                said.map((_, place) => place === said.length - 1),
              );
              assert.deepEqual(end?.type === 'turn.ended' && end.entry, stored.at(-1));
              const streamed = heard
                .flatMap((event) => (event.type === 'turn.text' ? [event.text] : []))
                .join('');
              assert.equal(said.map(({ content }) => plainText(content)).join(''), streamed);
            }
          }
          assert.deepEqual(await core.engine.queue(session.id), []);
          assert.equal(await core.store.liveTurn(session.id), undefined);
          assert.equal(await core.engine.stopTurn(session.id), false);
          assert.ok(!core.logged.some((line) => /unexpected|listener/.test(line)), core.logged.join('\n'));
        } finally {
          await core.close();
        }
      }),
      { numRuns: 40 },
    );
  });
});
