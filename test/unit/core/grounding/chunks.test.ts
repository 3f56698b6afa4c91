import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { chunksOf } from '../../../../src/core/grounding/chunks.ts';
import { Lines } from '../../../../src/core/grounding/lines.ts';
import { scopeOf } from '../../../../src/core/grounding/scope.ts';
import { cellsText } from '../../../../src/core/workspace/notebook.ts';

/** Texts of the shapes that matter: blank lines, indentation, comments, headings, fences. */
const line = fc.constantFrom(
  '',
  '',
  '  ',
  'const a = 1;',
  '  indented();',
  '    deeper();',
  '}',
  '# Heading',
  '## Sub',
  '```',
  '// note',
  '- item',
  '  {',
  '   "cell_type": "code",',
);
const anyText = fc
  .tuple(fc.array(line, { maxLength: 160 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([lines, end, last]) => lines.join(end) + (last ? end : ''));
const anyPath = fc.constantFrom('a.ts', 'a.md', 'a.ipynb', 'a');

describe('Lines of a text', () => {
  const cases: { text: string; lines: string[] }[] = [
    { text: '', lines: [''] },
    { text: 'one', lines: ['one'] },
    { text: 'one\n', lines: ['one'] },
    { text: 'one\r\ntwo\r\n', lines: ['one', 'two'] },
    { text: '\n\n', lines: ['', ''] },
  ];
  for (const { text, lines: expected } of cases) {
    it(`of ${JSON.stringify(text)} are ${expected.length}`, () => {
      const lines = new Lines(text);
      assert.deepEqual(
        Array.from({ length: lines.count }, (_, index) => lines.line(index + 1)),
        expected,
      );
    });
  }

  it('are word for word what the text has, for any run of them', () =>
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(), (text, a, z) => {
        const lines = new Lines(text);
        const [first = 1, last = 1] = [1 + (a % lines.count), 1 + (z % lines.count)].sort((x, y) => x - y);
        const slice = lines.slice(first, last);
        assert.ok(text.includes(slice));
        assert.equal(slice.split('\n').length, last - first + 1);
      }),
    ));
});

describe('Chunks of a file', () => {
  it('cover its lines in order, without overlap, and none is too long', () =>
    fc.assert(
      fc.property(anyPath, anyText, (path, text) => {
        const lines = new Lines(text);
        let next = 1;
        for (const { startLine, endLine } of chunksOf(path, lines)) {
          assert.equal(startLine, next);
          assert.ok(endLine >= startLine && endLine - startLine < 40);
          next = endLine + 1;
        }
        assert.equal(next, lines.count + 1);
      }),
    ));

  const starts = (path: string, text: string) =>
    chunksOf(path, new Lines(text)).map((chunk) => chunk.startLine);
  const many = (count: number, text = 'x();') => Array<string>(count).fill(text).join('\n');

  const cases: { what: string; path: string; text: string; expected: number[] }[] = [
    { what: 'a section for each heading', path: 'a.md', text: '# A\ntext\n## B\ntext\n', expected: [1, 3] },
    {
      what: 'a heading with the one directly below it',
      path: 'a.md',
      text: '# A\n\n## B\ntext\n',
      expected: [1],
    },
    {
      what: 'a fenced comment with its section',
      path: 'a.md',
      text: '# A\n```sh\n# no heading\n```\n',
      expected: [1],
    },
    {
      what: 'small declarations together',
      path: 'a.ts',
      text: 'let a;\n\nlet b;\n\nlet c;\n',
      expected: [1],
    },
    {
      what: 'a large declaration by itself, with its comment',
      path: 'a.ts',
      text: `${many(22)}\n\n/** Says what f does. */\nfunction f() {\n${many(10, '  y();')}\n}\n`,
      expected: [1, 24],
    },
    {
      what: 'the end of a block with its beginning',
      path: 'a.ts',
      text: `function f() {\n${many(25, '  y();')}\n\n}\n`,
      expected: [1],
    },
    {
      what: 'a very long declaration cut where it pauses',
      path: 'a.ts',
      text: `function f() {\n${many(28, '  y();')}\n\n${many(30, '  z();')}\n}\n`,
      expected: [1, 31],
    },
    { what: 'what never pauses cut at the limit', path: 'a.txt', text: many(90), expected: [1, 41, 81] },
  ];
  for (const { what, path, text, expected } of cases) {
    it(`keep ${what}`, () => assert.deepEqual(starts(path, text), expected));
  }

  it('of a section know the headings above it', () => {
    const lines = new Lines('# Guide\nx\n## Other\nx\n## Settings\nx\n### Port\nx\n');
    const chunk = chunksOf('a.md', lines).at(-1);
    assert.deepEqual(chunk && scopeOf('a.md', lines, chunk), ['## Settings', '# Guide']);
  });

  it('of a method know the class around it', () => {
    const text = `class Upload {\n  receive() {\n${many(30, '    y();')}\n\n${many(30, '    z();')}\n  }\n}\n`;
    const lines = new Lines(text);
    const chunk = chunksOf('a.ts', lines)[1];
    assert.deepEqual(chunk && scopeOf('a.ts', lines, chunk), ['  receive() {', 'class Upload {']);
  });

  it('of real source begin where something begins', () => {
    const text = readFileSync(
      new URL('../../../../examples/sample-workspace/src/storage.ts', import.meta.url),
      'utf8',
    );
    const lines = new Lines(text);
    for (const { startLine } of chunksOf('storage.ts', lines))
      assert.notEqual(lines.line(startLine).trim(), '');
  });
});

describe('A notebook', () => {
  it('is cut where its cells begin', () => {
    const cell = (kind: string, source: string) => ({ kind, source, outputs: [] });
    const cells = [cell('markdown', '# Zebras'), cell('code', 'count(zebras)'), cell('code', 'feed(zebras)')];
    const lines = new Lines(cellsText(cells));
    const said = chunksOf('a.ipynb', lines).map(({ startLine, endLine }) => lines.slice(startLine, endLine));
    assert.deepEqual(
      said.map((text) => ['# Zebras', 'count', 'feed'].filter((word) => text.includes(word))),
      [['# Zebras'], ['count'], ['feed']],
    );
  });
});
