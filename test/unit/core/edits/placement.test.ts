import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type PlacementHints, placeCode } from '../../../../src/core/edits/placement.ts';

interface Case {
  text: string[];
  code: string[];
  hints?: PlacementHints;
  expected: string[];
}

function check(title: string, { text, code, hints = {}, expected }: Case) {
  for (const [name, eol] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ] as const) {
    // One line alone does not tell how lines end.
    if (eol === '\r\n' && text.length === 1) continue;
    it(`${title} (${name})`, () =>
      assert.equal(placeCode(text.join(eol), code.join('\n'), hints), expected.join(eol)));
  }
}

const file = ['import a;', '', 'class Box {', '  open() {', '    return 1;', '  }', '}', ''];

describe('Code of an answer takes its place', () => {
  check('of the selection', {
    text: file,
    code: ['open() {', '  return 2;', '}'],
    hints: { selection: { startLine: 4, endLine: 6 } },
    expected: ['import a;', '', 'class Box {', '  open() {', '    return 2;', '  }', '}', ''],
  });
  check('of the selection with fewer or more lines', {
    text: file,
    code: ['  open = 1;'],
    hints: { selection: { startLine: 4, endLine: 6 } },
    expected: ['import a;', '', 'class Box {', '  open = 1;', '}', ''],
  });
  check('of a selection that is the whole file', {
    text: ['a', 'b'],
    code: ['c', ''],
    hints: { selection: { startLine: 1, endLine: 2 } },
    expected: ['c'],
  });
  check('in the indentation by tabs that stands there', {
    text: ['{', '\t\tone', '}'],
    code: ['two', '\tthree'],
    hints: { selection: { startLine: 2, endLine: 2 } },
    expected: ['{', '\t\ttwo', '\t\t\tthree', '}'],
  });
  check('with its blank lines left blank', {
    text: ['  a'],
    code: ['b', '', 'c'],
    hints: { selection: { startLine: 1, endLine: 1 } },
    expected: ['  b', '', '  c'],
  });
  check('of the declaration that has its name', {
    text: ['function a() {', '  return 1;', '}', '', 'function b() {', '  return 2;', '}', ''],
    code: ['export function b() {', '  return 3;', '}'],
    hints: {
      symbols: [
        { name: 'a', startLine: 1, endLine: 3 },
        { name: 'b', startLine: 5, endLine: 7 },
      ],
    },
    expected: ['function a() {', '  return 1;', '}', '', 'export function b() {', '  return 3;', '}', ''],
  });
  check('of a nested declaration, at its indentation', {
    text: ['class A:', '    def run(self):', '        pass', ''],
    code: ['def run(self):', '    return 1'],
    hints: {
      symbols: [
        { name: 'A', startLine: 1, endLine: 3 },
        { name: 'run', startLine: 2, endLine: 3 },
      ],
    },
    expected: ['class A:', '    def run(self):', '        return 1', ''],
  });
  check('at the cursor where two declarations have the name', {
    text: ['x', 'y', ''],
    code: ['const a = 1;'],
    hints: {
      symbols: [
        { name: 'a', startLine: 1, endLine: 1 },
        { name: 'a', startLine: 2, endLine: 2 },
      ],
      cursorLine: 1,
    },
    expected: ['x', 'const a = 1;', 'y', ''],
  });
  check('at the cursor where the code declares several things', {
    text: ['x', 'y', ''],
    code: ['const a = 1;', 'const b = 2;'],
    hints: { symbols: [{ name: 'a', startLine: 1, endLine: 1 }], cursorLine: 2 },
    expected: ['x', 'y', 'const a = 1;', 'const b = 2;', ''],
  });
  check('below the cursor, at the indentation of its line', {
    text: ['{', '  first();', '}'],
    code: ['second();'],
    hints: { cursorLine: 2 },
    expected: ['{', '  first();', '  second();', '}'],
  });
  check('of the whole file when it repeats most of it', {
    text: ['alpha', 'beta', 'gamma', 'delta', ''],
    code: ['alpha', 'beta', 'new', 'delta'],
    expected: ['alpha', 'beta', 'new', 'delta', ''],
  });
  check('in a file that is empty, with a line break at the end', {
    text: [''],
    code: ['a'],
    expected: ['a', ''],
  });
  check('at the end where nothing says more', {
    text: ['one two', 'three four', ''],
    code: ['five();'],
    expected: ['one two', 'three four', 'five();', ''],
  });
  check('at the end of a file without a last line break', {
    text: ['one two'],
    code: ['b'],
    expected: ['one two', 'b'],
  });

  const line = fc.stringMatching(/^[ \t]{0,4}[a-z(){};=]{0,10}$/);
  const lines = fc.array(line, { minLength: 1, maxLength: 12 });
  const eols = fc.constantFrom('\n', '\r\n');

  it('and leaves all other lines as they are, for any selection', () =>
    fc.assert(
      fc.property(lines, lines, eols, fc.nat(), fc.nat(), (text, code, eol, from, length) => {
        const start = from % text.length;
        const end = start + (length % (text.length - start));
        const placed = placeCode(text.join(eol), code.join('\n'), {
          selection: { startLine: start + 1, endLine: end + 1 },
        });
        const usedEol = text.length > 1 ? eol : '\n';
        const result = placed.split(usedEol);
        const after = text.length - 1 - end;
        assert.deepEqual(result.slice(0, start), text.slice(0, start));
        assert.deepEqual(after === 0 ? [] : result.slice(-after), text.slice(end + 1));
        const between = result.slice(start, result.length - after).map((one) => one.trim());
        const wanted = code.map((one) => one.trim());
        if (wanted.at(-1) === '' && wanted.length > 1 && code.at(-1) === '') wanted.pop();
        assert.deepEqual(between, wanted);
      }),
    ));

  it('and what it adds at a cursor is all that is added', () =>
    fc.assert(
      fc.property(lines, line, eols, fc.nat(), (text, added, eol, at) => {
        const cursorLine = (at % text.length) + 1;
        const code = `~${added.trim()}`;
        const placed = placeCode(text.join(eol), code, { cursorLine });
        if (text.join('').trim() === '') return;
        const result = placed.split(text.length > 1 ? eol : '\n');
        assert.deepEqual([...result.slice(0, cursorLine), ...result.slice(cursorLine + 1)], text);
        assert.equal(result[cursorLine]?.trim(), code);
      }),
    ));
});
