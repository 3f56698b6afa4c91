import assert from 'node:assert/strict';
import fc from 'fast-check';
import { smallestChange } from '../../../../src/core/edits/smallestChange.ts';

function check(title: string, before: string, after: string, expected: [number, number, string]) {
  it(title, () => {
    const { start, end, text } = smallestChange(before, after);
    assert.deepEqual([start, end, text], expected);
  });
}

describe('The smallest change between two texts', () => {
  check('is nothing for equal texts', 'abc', 'abc', [3, 3, '']);
  check('is the middle', 'abc', 'axc', [1, 2, 'x']);
  check('may only add', 'ac', 'abc', [1, 1, 'b']);
  check('may only remove', 'abc', 'ac', [1, 2, '']);
  check('is all when nothing is common', 'ab', 'xy', [0, 2, 'xy']);
  check('repeats nothing where beginning and end would overlap', 'aa', 'aaa', [2, 2, 'a']);
  check('keeps a character of two units whole', 'a😀b', 'a😁b', [1, 3, '😁']);
  check('keeps the second half of a character with its first', 'a😀b', 'a🨀b', [1, 3, '🨀']);
  check('keeps a line break of two marks whole', 'a\r\nb', 'a\rxb', [1, 3, '\rx']);

  const unit = fc.constantFrom('a', 'b', '\n', '\r\n', '😀', '😁', '🨀');
  const text = fc.array(unit, { maxLength: 15 }).map((units) => units.join(''));
  it('makes the one text of the other and cuts no character', () =>
    fc.assert(
      fc.property(text, text, (before, after) => {
        const { start, end, text: inserted } = smallestChange(before, after);
        assert.ok(0 <= start && start <= end && end <= before.length);
        assert.equal(before.slice(0, start) + inserted + before.slice(end), after);
        for (const part of [before.slice(0, start), inserted, before.slice(end)]) {
          assert.doesNotThrow(() => encodeURIComponent(part));
        }
      }),
    ));
});
