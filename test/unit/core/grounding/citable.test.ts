import assert from 'node:assert/strict';
import fc from 'fast-check';
import { citableParts } from '../../../../src/core/grounding/citable.ts';

const passage = (text: string, startLine = 10) => ({
  text,
  place: { uri: 'file:///w/a.ts', path: 'a.ts', startLine, endLine: startLine + text.split('\n').length - 1 },
});
const shown = (text: string) =>
  citableParts(passage(text)).map(({ startLine, endLine }) => [startLine, endLine]);

describe('What can be cited of a passage', () => {
  it('is each of its paragraphs, with the lines it stands on', () =>
    assert.deepEqual(shown('one\ntwo\n\nthree\n'), [
      [10, 12],
      [13, 13],
    ]));

  it('is twelve lines at a time where there is no blank one', () =>
    assert.deepEqual(shown('line\n'.repeat(30).trimEnd()), [
      [10, 21],
      [22, 33],
      [34, 39],
    ]));

  it('joins to the passage again, without a gap between lines and without a blank part', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('', ' ', 'word', '\tindented'), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 1_000 }),
        (lines, startLine) => {
          const text = lines.join('\n');
          const parts = citableParts(passage(text, startLine));
          assert.equal(parts.map((part) => part.text).join(''), text);
          let next = startLine;
          for (const part of parts) {
            assert.equal(part.startLine, next);
            next = part.endLine + 1;
          }
          if (text.trim() !== '') for (const part of parts) assert.notEqual(part.text.trim(), '');
        },
      ),
    ));
});
