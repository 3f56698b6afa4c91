import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Lines } from '../../../../src/core/grounding/lines.ts';
import { mostWidenedLines, widened } from '../../../../src/core/grounding/widen.ts';

const code = `import { a } from './a.ts';

/** Says what it does. */
export function whole(
  first: string,
) {
  const one = first;

  return one;
}

const after = 1;
`;

const prose = `# Title

Opening.

## One

First.

Second.

## Two

Third.
`;

describe('A passage that is widened', () => {
  const check = (title: string, path: string, text: string, from: [number, number], to: [number, number]) =>
    it(title, () => {
      const range = { startLine: from[0], endLine: from[1] };
      assert.deepEqual(widened(path, new Lines(text), range), { startLine: to[0], endLine: to[1] });
    });

  check('is the whole function, with the comment above it', 'a.ts', code, [7, 7], [3, 10]);
  check('keeps the parameters at the margin with their function', 'a.ts', code, [9, 9], [3, 10]);
  check('ends with the function where it is the last', 'a.ts', code, [12, 12], [12, 12]);
  check('is the whole section below its heading', 'a.md', prose, [9, 9], [5, 9]);
  check('of prose ends before the next heading', 'a.md', prose, [3, 3], [1, 3]);
  check(
    'stays as it is where the whole is too long',
    'a.ts',
    `function long() {\n${'  step();\n'.repeat(mostWidenedLines)}}\n`,
    [5, 9],
    [5, 9],
  );
  check(
    'stays as it is in a text without a margin to begin at',
    'a.txt',
    '  deep\n'.repeat(mostWidenedLines + 1),
    [2, 3],
    [2, 3],
  );

  it('always has the lines it was found at, within the file and the bound', () => {
    const line = fc.constantFrom('', 'const a = 1;', '  b();', '}', '# Title', 'prose', '// why');
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 80 }),
        fc.nat(),
        fc.nat(11),
        fc.constantFrom('a.ts', 'a.md'),
        (all, at, more, path) => {
          const lines = new Lines(all.join('\n'));
          const startLine = 1 + (at % lines.count);
          const endLine = Math.min(lines.count, startLine + more);
          const wide = widened(path, lines, { startLine, endLine });
          // Blank lines at the end of what was found say nothing.
          const said = lines.slice(startLine, endLine).trimEnd();
          assert.ok(wide.startLine >= 1 && wide.startLine <= startLine && wide.endLine <= lines.count);
          assert.ok(lines.slice(wide.startLine, wide.endLine).includes(said));
          assert.ok(wide.endLine - wide.startLine < Math.max(mostWidenedLines, more + 1));
        },
      ),
    );
  });
});
