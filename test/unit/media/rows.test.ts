import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RowHeights } from '../../../media/rowHeights.ts';
import { rowsOf, withLive } from '../../../media/rows.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import type { PanelFrame } from '../../../src/protocol/panelContext.ts';
import { frame } from '../../panel/support/contextSamples.ts';
import { answer, id, turns, user } from '../../panel/support/samples.ts';

describe('rows of the transcript', () => {
  it('an answer with tool calls between is one row with its results', () => {
    const call = { type: 'tool_use', id: 't1', name: 'read_file', input: { path: 'a.ts' } } as const;
    const result: Entry = {
      id: id(5, 1),
      parentId: id(3, 1),
      seq: 3,
      at: 0,
      door: 'core',
      kind: 'tool_result',
      turnId: id(4, 1),
      results: [
        { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'const a = 1;' }] },
      ],
    };
    const rows = rowsOf([
      user(1, 'Why?'),
      answer(1, [call], { outcome: undefined }),
      result,
      answer(1, 'Because.', { id: id(3, 7), parentId: id(5, 1) }),
    ]);
    assert.deepEqual(
      rows.map(({ kind }) => kind),
      ['user', 'answer'],
    );
    const row = rows[1];
    assert.ok(row?.kind === 'answer');
    assert.equal(row.blocks.length, 2);
    assert.ok(row.results.has('t1'));
    assert.equal(row.entry?.outcome, 'done');
  });

  it('says once how many directives were merged or demoted in a row, and nothing of what was asked for', () => {
    const directive = (number: number, because?: 'budget'): Entry => ({
      id: id(6, number),
      parentId: null,
      seq: number,
      at: 0,
      door: 'core',
      kind: 'directive',
      directiveId: id(8, number),
      text: 'Use tabs.',
      state: 'candidate',
      ...(because === undefined ? {} : { because }),
    });
    const rows = rowsOf([user(1, 'Why?'), directive(1), directive(2, 'budget'), directive(3, 'budget')]);
    assert.deepEqual(
      rows.map((row) => (row.kind === 'note' ? row.note : row.kind)),
      ['user', { type: 'directives', count: 2 }],
    );
  });

  const noteAt = (frames: PanelFrame[]) =>
    rowsOf(turns(3), frames).flatMap((row, index) =>
      row.kind === 'note' && row.note.type === 'frame' ? [{ index, turns: row.note.turns }] : [],
    );
  const upTo = (turn: number, change: Partial<PanelFrame> = {}) =>
    frame({
      id: id(7, turn),
      covers: { fromId: id(2, 1), toId: id(3, turn) },
      turnCount: turn,
      to: turn,
      ...change,
    });

  it('the note of the frames stands where the turns begin that are sent word for word', () => {
    assert.deepEqual(noteAt([upTo(2)]), [{ index: 4, turns: 2 }]);
    assert.deepEqual(noteAt([]), []);
  });

  it('counts the turns of all frames that are sent, and of none that is off or within another', () => {
    const second = upTo(2, { covers: { fromId: id(2, 2), toId: id(3, 2) }, turnCount: 1 });
    assert.deepEqual(noteAt([upTo(1), second]), [{ index: 4, turns: 2 }]);
    assert.deepEqual(noteAt([upTo(1), upTo(2, { active: false })]), [{ index: 2, turns: 1 }]);
    assert.deepEqual(noteAt([upTo(1, { within: id(7, 2) }), upTo(2)]), [{ index: 4, turns: 2 }]);
  });

  it('is not there where what the frames hold is not loaded', () => {
    assert.deepEqual(noteAt([upTo(2, { covers: { fromId: id(2, 80), toId: id(3, 90) } })]), []);
  });

  it('the live answer has the key that the stored one will have', () => {
    const live = { turnId: id(4, 1), own: true, model: 'm', blocks: new Map(), retrying: undefined };
    const growing = withLive(rowsOf([user(1, 'Why?')]), live);
    const stored = rowsOf(turns(1));
    assert.equal(growing.at(-1)?.key, stored.at(-1)?.key);
  });
});

describe('places of rows of which few are in the page', () => {
  it('are the sums of the heights, whatever is added, measured or loaded above', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ kind: fc.constant('prepend' as const), count: fc.integer({ min: 1, max: 5 }) }),
      fc.record({
        kind: fc.constant('measure' as const),
        at: fc.nat(30),
        height: fc.integer({ min: 1, max: 900 }),
      }),
      fc.record({ kind: fc.constant('truncate' as const), at: fc.nat(30) }),
    );
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const heights = new RowHeights();
        const known = new Map<string, number>();
        let keys: string[] = [];
        let next = 0;
        const fresh = (count: number) => Array.from({ length: count }, () => `row ${next++}`);
        for (const one of changes) {
          if (one.kind === 'append') keys = [...keys, ...fresh(one.count)];
          else if (one.kind === 'prepend') keys = [...fresh(one.count), ...keys];
          else if (one.kind === 'truncate') keys = keys.slice(0, one.at);
          else {
            const key = keys[one.at];
            if (key !== undefined) {
              heights.measure(key, one.height);
              known.set(key, one.height);
            }
          }
          heights.setRows(keys, () => 50);
          let top = 0;
          keys.forEach((key, index) => {
            assert.equal(heights.top(index), top);
            assert.equal(heights.indexOf(key), index);
            assert.equal(heights.at(top), index);
            top += known.get(key) ?? 50;
          });
          assert.equal(heights.total, top);
        }
      }),
      { numRuns: 200 },
    );
  });
});
