import assert from 'node:assert/strict';
import fc from 'fast-check';
import { firstLines, lastLines } from '../../../../src/core/workspace/wholeLines.ts';

describe('A text that is cut', () => {
  const texts = fc.array(fc.string({ maxLength: 6 }), { maxLength: 8 }).map((lines) => lines.join('\n'));
  const most = fc.integer({ min: 1, max: 40 });

  it('keeps whole lines of its beginning and of its end, as many as there is room for', () =>
    fc.assert(
      fc.property(texts, most, (text, limit) => {
        const lines = text.split('\n');
        const first = firstLines(text, limit);
        const last = lastLines(text, limit);
        for (const kept of [first, last]) assert.ok(kept.length <= limit);
        const fits = (count: number, from: (count: number) => string[]) =>
          from(count).join('\n').length <= limit;
        const head = (count: number) => lines.slice(0, count);
        const tail = (count: number) => lines.slice(lines.length - count);
        const room = (from: (count: number) => string[]) => {
          let count = lines.length;
          while (count > 0 && !fits(count, from)) count--;
          return from(count).join('\n');
        };
        assert.equal(first, room(head));
        assert.equal(last, room(tail));
      }),
    ));

  it('has nothing of the line it begins within', () => assert.equal(lastLines('nary\ntwo', 60, true), 'two'));
});
