import assert from 'node:assert/strict';
import fc from 'fast-check';
import { table } from '../../../src/cli/table.ts';
import { cut, displayWidth, jsonLine, sizeText, visible } from '../../../src/cli/text.ts';

describe('text for a terminal', () => {
  function check(name: string, actual: unknown, expected: unknown) {
    it(name, () => assert.deepEqual(actual, expected));
  }

  check('keeps words, tabs and line feeds', visible('a\tb\nc – ü 漢 🙂'), 'a\tb\nc – ü 漢 🙂');
  check('cannot write to the clipboard', visible('\u001b]52;c;aGk=\u0007done'), ']52;c;aGk=done');
  check('cannot colour or move', visible('\u009b31mred\u001b[2Jx\ry'), '31mred[2Jxy');

  check('is escaped in JSON', jsonLine('\u001b\u009b31m\u007fü'), '"\\u001b\\u009b31m\\u007fü"');
  it('is the same value when JSON is read again', () => {
    fc.assert(
      fc.property(fc.json(), (json) =>
        assert.deepEqual(JSON.parse(jsonLine(JSON.parse(json))), JSON.parse(json)),
      ),
    );
  });

  check('counts letters once', displayWidth('naïve'), 5);
  check('counts ideographs and emoji twice', displayWidth('漢字🙂'), 6);
  check('counts a letter with its mark once', displayWidth('e\u0301'), 1);

  check('is left as it is where it fits', cut('abcde', 5), 'abcde');
  check('ends with an ellipsis where it does not', cut('abcdef', 5), 'abcd…');
  check('is not cut within a wide character', cut('漢字漢字', 6), '漢字…');

  check('tells small sizes in bytes', sizeText(1023), '1023 B');
  check('tells sizes in KB and MB', [sizeText(9932), sizeText(5 * 1024 ** 2)], ['9.7 KB', '5.0 MB']);

  it('is never wider than asked once cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        assert.ok(displayWidth(cut(text, columns)) <= columns);
      }),
    );
  });
});

describe('a table', () => {
  const rows = [
    ['d446d5a3', '漢字', 'a title that is long enough to be cut'],
    ['1', 'x', 'line\none'],
  ];

  it('puts cells below their heads, and what is wide takes its room', () => {
    assert.equal(
      table(['ID', 'BY', 'TITLE'], rows, undefined),
      'ID        BY    TITLE\nd446d5a3  漢字  a title that is long enough to be cut\n1         x     line one\n',
    );
  });

  it('fits the terminal by cutting the last column', () => {
    const lines = table(['ID', 'BY', 'TITLE'], rows, 30).trimEnd().split('\n');
    assert.equal(lines[1], 'd446d5a3  漢字  a title that …');
    assert.ok(lines.every((line) => displayWidth(line) <= 30));
  });
});
