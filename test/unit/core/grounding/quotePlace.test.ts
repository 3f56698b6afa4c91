import assert from 'node:assert/strict';
import fc from 'fast-check';
import { whereIs } from '../../../../src/core/grounding/quotePlace.ts';

interface Case {
  text: string;
  quote: string;
  at?: number;
  expected: [number, number] | undefined;
}

function check(title: string, { text, quote, at = 1, expected }: Case) {
  it(title, () => {
    const found = whereIs(text, { startLine: at, endLine: at, quote });
    assert.deepEqual(found, expected && { startLine: expected[0], endLine: expected[1] });
  });
}

describe('A quoted run of lines', () => {
  check('is where it was', { text: 'a\nb\nc', quote: 'b', at: 2, expected: [2, 2] });
  check('is found where it moved to', { text: 'new\nnew\na\nb\nc', quote: 'b\nc', at: 2, expected: [4, 5] });
  check('is the nearest of several', { text: 'x\na\nx\na\nx', quote: 'x', at: 4, expected: [3, 3] });
  check('stays where it was although it is elsewhere too', {
    text: 'x\nx\nx',
    quote: 'x',
    at: 2,
    expected: [2, 2],
  });
  check('is nowhere when it was changed', { text: 'a\nb', quote: 'b!', at: 2, expected: undefined });
  check('is nowhere when the file became shorter', { text: 'a', quote: 'a\nb', expected: undefined });
  check('is found in a file with other line breaks', {
    text: 'a\r\nb\r\nc',
    quote: 'b\nc\n',
    at: 2,
    expected: [2, 3],
  });
  check('is found without blanks at the ends of lines', { text: 'a  \nb', quote: 'a\nb ', expected: [1, 2] });
  check('is not found at another indentation', { text: '  a', quote: 'a', expected: undefined });

  it('is found after any lines were added before it', () =>
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z ]{0,5}$/), { maxLength: 10 }),
        fc.array(fc.stringMatching(/^[A-Z]{1,5}$/), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('\n', '\r\n'),
        (before, quoted, eol) => {
          const found = whereIs([...before, ...quoted, 'end'].join(eol), {
            startLine: 1,
            endLine: quoted.length,
            quote: quoted.join('\n'),
          });
          assert.deepEqual(found, { startLine: before.length + 1, endLine: before.length + quoted.length });
        },
      ),
    ));
});
