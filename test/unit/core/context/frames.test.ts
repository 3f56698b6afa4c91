import assert from 'node:assert/strict';
import fc from 'fast-check';
import { projectFrames, sentFrames } from '../../../../src/core/context/frames.ts';
import type { FrameEntry } from '../../../../src/protocol/entries.ts';

interface Given {
  /** First and last covered entry, by their places. */
  from: number;
  to: number;
  active?: boolean;
  /** Number of the frame whose place it takes. */
  replaces?: number;
}

const idAt = (place: number): string => `e${place}`;
const frames = (given: readonly Given[]): FrameEntry[] =>
  given.map(({ from, to, active = true, replaces }, number) => ({
    id: `f${number}`,
    parentId: null,
    seq: 1_000 + number,
    at: 0,
    door: 'core',
    kind: 'frame',
    covers: { fromId: idAt(from), toId: idAt(to) },
    method: 'extractive',
    active,
    ...(replaces === undefined ? {} : { replacesId: `f${replaces}` }),
    body: {
      goals: [],
      decisions: [],
      facts: [],
      entities: [],
      files: [],
      failed: [],
      openSteps: [],
      preferences: [],
    },
  }));
/** A branch with the entries 1 to 100, without those that end in 5. */
const placeOf = (id: string): number | undefined => {
  const place = Number(id.slice(1));
  return place >= 1 && place <= 100 && place % 10 !== 5 ? place : undefined;
};

describe('Frames on a branch', () => {
  const check = (title: string, given: Given[], sent: string[], within: Record<string, string> = {}) =>
    it(title, () => {
      const projected = projectFrames(frames(given), placeOf);
      assert.deepEqual(
        sentFrames(projected).map(({ entry }) => entry.id),
        sent,
      );
      const inside = projected.flatMap((one) => (one.within ? [[one.entry.id, one.within]] : []));
      assert.deepEqual(Object.fromEntries(inside), within);
    });

  check(
    'are sent in the order of what they cover',
    [
      { from: 21, to: 30 },
      { from: 1, to: 20 },
    ],
    ['f1', 'f0'],
  );
  check(
    'are not sent when one end lies on another branch',
    [
      { from: 1, to: 25 },
      { from: 15, to: 20 },
      { from: 1, to: 200 },
    ],
    [],
  );
  check(
    'inside a larger one are not sent',
    [
      { from: 1, to: 10 },
      { from: 11, to: 20 },
      { from: 1, to: 20 },
    ],
    ['f2'],
    { f0: 'f2', f1: 'f2' },
  );
  check(
    'name the smallest around them',
    [
      { from: 1, to: 4 },
      { from: 1, to: 20 },
      { from: 1, to: 40 },
    ],
    ['f2'],
    { f0: 'f1', f1: 'f2' },
  );
  check(
    'of the same entries are sent once, the first one',
    [
      { from: 1, to: 10 },
      { from: 1, to: 10 },
    ],
    ['f0'],
  );
  check(
    'that are off are not sent, and those they hold are',
    [
      { from: 1, to: 10 },
      { from: 1, to: 20, active: false },
    ],
    ['f0'],
  );
  check(
    'are sent as edited last',
    [
      { from: 1, to: 10 },
      { from: 1, to: 10, replaces: 0 },
      { from: 1, to: 10, replaces: 0 },
    ],
    ['f2'],
  );
  check(
    'are off when their newest version is, and on again with the next',
    [
      { from: 1, to: 10 },
      { from: 1, to: 10, replaces: 0, active: false },
      { from: 11, to: 20 },
      { from: 11, to: 20, replaces: 2, active: false },
      { from: 11, to: 20, replaces: 3 },
    ],
    ['f4'],
  );

  it('never hold one another when they are sent, and leave out only what is held or off', () => {
    const given = fc.record({
      from: fc.integer({ min: 1, max: 40 }),
      to: fc.integer({ min: 1, max: 40 }),
      active: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 12 }), (all) => {
        const projected = projectFrames(frames(all), placeOf);
        const sent = sentFrames(projected);
        for (const one of sent)
          for (const other of sent)
            assert.ok(one === other || one.from < other.from || one.to > other.to, 'one holds another');
        for (const left of projected.filter((one) => one.entry.active && !sent.includes(one)))
          assert.ok(
            sent.some((one) => one.from <= left.from && one.to >= left.to),
            'left out, and held by none',
          );
      }),
    );
  });
});
