import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type CompactionState,
  frameCeiling,
  framesCeiling,
  planCompaction,
  type StandingFrame,
  type TailUnit,
} from '../../../../src/core/context/compactionPlan.ts';

/** `u400 a200 t90`: an input, an answer and a call with its results, with their tokens. */
const tailOf = (text: string): TailUnit[] =>
  text.split(' ').map((word, index) => ({
    entryIds: word.startsWith('t') ? [`${index}`, `${index}r`] : [`${index}`],
    tokens: Number(word.slice(1)),
    opens: word.startsWith('u'),
  }));

/** `800 -700 900`: frames with their tokens, a minus for one that is off. */
const framesOf = (text: string): StandingFrame[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, index) => ({
      id: `f${index}`,
      fromId: `from${index}`,
      toId: `to${index}`,
      tokens: Math.abs(Number(word)),
      active: !word.startsWith('-'),
    }));

const cases: [
  title: string,
  state: { frames?: string; tail: string; share?: number; asked?: boolean },
  covers: string | undefined,
  folds?: string,
][] = [
  ['nothing within the share', { tail: 'u400 a500' }, undefined],
  ['the oldest turns, down to half of the share', { tail: 'u300 a100 u300 a100 u300 a100' }, '0 1 2 3'],
  ['nothing of a single turn that is larger', { tail: 'u300 a900' }, undefined],
  ['all but the newest turn where that alone is too large', { tail: 'u300 a100 u300 a900' }, '0 1'],
  ['calls with their results', { tail: 'u300 t200 t200 a100 u300 a100' }, '0 1 1r 2 2r 3'],
  ['no more at once than the share', { tail: 'u600 a300 u600 a300 u600 a300 u100 a10' }, '0 1'],
  ['one turn that is larger than the share', { tail: 'u600 a900 u600 a300 u100 a10' }, '0 1'],
  ['all but the newest turn when asked', { tail: 'u10 a10 u10 a10', asked: true }, '0 1'],
  ['nothing of one turn when asked', { tail: 'u10 a10', asked: true }, undefined],
  ['what stands before the first input too', { tail: 'a600 u300 a200' }, '0'],
  [
    'older frames as well when another comes',
    { frames: '300 300 300 300', tail: 'u900 a10 u200 a90' },
    '0 1',
    'f0 f1 f2',
  ],
  ['only frames when a user wrote them long', { frames: '300 900 300', tail: 'u10 a10' }, undefined, 'f0 f1'],
  ['no frame that is off', { frames: '300 -300 300 300 600', tail: 'u10 a10' }, undefined, 'f2 f3 f4'],
];

describe('What becomes a frame', () => {
  for (const [title, { frames = '', tail, share = 1000, asked = false }, covers, folds] of cases) {
    it(`is ${title}`, () => {
      const plan = planCompaction({ frames: framesOf(frames), tail: tailOf(tail), share, asked });
      assert.equal(plan?.frame?.entryIds.join(' '), covers);
      assert.equal(plan?.fold?.frameIds.join(' '), folds);
    });
  }
});

const turn = fc.record({
  input: fc.integer({ min: 1, max: 3_000 }),
  calls: fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 3 }),
  answer: fc.integer({ min: 1, max: 1_500 }),
  frame: fc.double({ min: 0.05, max: 1, noNaN: true }),
});
const session = fc.record({
  share: fc.integer({ min: 2_000, max: 40_000 }),
  turns: fc.array(turn, { minLength: 1, maxLength: 120 }),
});

interface Life {
  frames: (StandingFrame & { from: number; to: number })[];
  tail: TailUnit[];
  /** Units in the order of the log, by their first entry. */
  place: Map<string, number>;
}

/** Does to a session what a plan says, as the log would show it. */
function live(
  share: number,
  turns: { input: number; calls: number[]; answer: number; frame: number }[],
  seen: (life: Life) => void,
): void {
  const life: Life = { frames: [], tail: [], place: new Map() };
  let units = 0;
  const add = (tokens: number, opens: boolean, pair: boolean): void => {
    const id = `e${units}`;
    const entryIds = pair ? [id, `${id}r`] : [id];
    for (const one of entryIds) life.place.set(one, units);
    life.tail.push({ entryIds, tokens, opens });
    units++;
  };
  for (const { input, calls, answer, frame } of turns) {
    add(input, true, false);
    for (const call of calls) add(call, false, true);
    add(answer, false, false);
    for (
      let state: CompactionState = { ...life, share, asked: false };
      ;
      state = { ...life, share, asked: false }
    ) {
      const plan = planCompaction(state);
      if (!plan) break;
      const tokens = Math.ceil(frame * frameCeiling(share));
      if (plan.fold) fold(life, plan.fold.frameIds, tokens);
      if (plan.frame) cover(life, plan.frame.entryIds, tokens);
    }
    seen(life);
  }
}

function fold(life: Life, ids: string[], tokens: number): void {
  const inside = life.frames.filter(({ id }) => ids.includes(id));
  const first = inside[0];
  const last = inside.at(-1);
  assert.ok(first && last && inside.length > 1);
  const at = life.frames.indexOf(first);
  assert.deepEqual(life.frames.slice(at, at + inside.length), inside, 'frames in a row');
  const one = { ...first, id: `${first.id}+`, toId: last.toId, to: last.to, tokens };
  life.frames.splice(at, inside.length, one);
}

function cover(life: Life, ids: string[], tokens: number): void {
  const units = life.tail.filter(({ entryIds }) => ids.includes(entryIds[0] ?? ''));
  assert.deepEqual(
    units.flatMap(({ entryIds }) => entryIds),
    ids,
    'whole units, from the oldest',
  );
  assert.deepEqual(life.tail.slice(0, units.length), units);
  life.tail = life.tail.slice(units.length);
  assert.ok(life.tail[0]?.opens, 'what stays begins with an input');
  const fromId = ids[0] ?? '';
  const toId = ids.at(-1) ?? '';
  const from = life.place.get(fromId) ?? -1;
  const to = life.place.get(toId) ?? -1;
  life.frames.push({ id: `f${from}`, fromId, toId, from, to, tokens, active: true });
}

describe('A session that goes on and on', () => {
  it('stays bounded: its frames within their ceiling, its tail within the share or the newest turn', () => {
    fc.assert(
      fc.property(session, ({ share, turns }) => {
        live(share, turns, ({ frames, tail }) => {
          const framed = frames.reduce((sum, { tokens }) => sum + tokens, 0);
          assert.ok(framed <= framesCeiling(share), `${framed} tokens of frames`);
          const said = tail.reduce((sum, { tokens }) => sum + tokens, 0);
          assert.ok(said <= share || tail.filter(({ opens }) => opens).length === 1, `${said} tokens`);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('is covered without gaps: each frame begins where the one before it ends, and the tail after the last', () => {
    fc.assert(
      fc.property(session, ({ share, turns }) => {
        live(share, turns, ({ frames, tail, place }) => {
          let next = 0;
          for (const { from, to } of frames) {
            assert.equal(from, next);
            next = to + 1;
          }
          assert.equal(place.get(tail[0]?.entryIds[0] ?? ''), next);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('is compacted rarely: at most once for each half of the share', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4_000, max: 40_000 }), (share) => {
        const turns = Array.from({ length: 200 }, () => ({ input: 100, calls: [], answer: 200, frame: 1 }));
        let frames = 0;
        let last = '';
        live(share, turns, (life) => {
          const newest = life.frames.at(-1)?.toId ?? '';
          if (newest !== last) frames++;
          last = newest;
        });
        assert.ok(frames <= (200 * 300) / (share / 2), `${frames} compactions`);
      }),
    );
  });
});
