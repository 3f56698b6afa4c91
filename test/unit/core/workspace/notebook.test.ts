import assert from 'node:assert/strict';
import { cellsAt, cellsText } from '../../../../src/core/workspace/notebook.ts';

const cell = (source: string, outputs: string[] = []) => ({ kind: 'code', source, outputs });
const cells = [cell('one()\ntwo()'), cell('# Cell 9 (code)'), cell('', ['three'])];

describe('The cells at lines of a notebook as text', () => {
  const check = (lines: [startLine: number, endLine: number], expected: [first: number, end: number]) =>
    it(`are those of lines ${lines.join(' to ')}`, () => {
      assert.deepEqual(cellsAt(cells, { startLine: lines[0], endLine: lines[1] }), {
        first: expected[0],
        end: expected[1],
      });
    });
  check([1, 1], [0, 1]);
  check([3, 3], [0, 1]);
  check([3, 5], [0, 2]);
  check([6, 6], [1, 2]);
  check([8, 11], [2, 3]);
  check([50, 60], [2, 3]);

  it('begin where they do in the text', () => {
    const lines = cellsText(cells).split('\n');
    assert.deepEqual(
      [lines[0], lines[4], lines[7]],
      ['# Cell 1 (code)', '# Cell 2 (code)', '# Cell 3 (code)'],
    );
  });
});
