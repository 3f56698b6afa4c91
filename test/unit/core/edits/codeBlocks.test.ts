import assert from 'node:assert/strict';
import fc from 'fast-check';
import { codeBlocksOf } from '../../../../src/core/edits/codeBlocks.ts';

type Expected = [language: string, path: string | undefined, code: string];

function check(title: string, markdown: string, ...expected: Expected[]) {
  it(title, () =>
    assert.deepEqual(
      codeBlocksOf(markdown),
      expected.map(([language, path, code]) => ({ language, path, code })),
    ),
  );
}

describe('Code blocks of an answer', () => {
  check('are none in plain words', 'Use `map` instead.');
  check('are read with their language', 'Here:\n```ts\nconst a = 1;\n```\nDone.', [
    'ts',
    undefined,
    'const a = 1;',
  ]);
  check('may have no language', '```\na\n```', ['', undefined, 'a']);
  check('come in order', '```a\n1\n```\n~~~b\n2\n~~~', ['a', undefined, '1'], ['b', undefined, '2']);
  check('may be empty', '```ts\n```', ['ts', undefined, '']);
  check('keep blank lines and indentation', '```py\n\n  a\n\n```', ['py', undefined, '\n  a\n']);
  check('end with the text of an answer that was cut off', '```ts\nconst a', ['ts', undefined, 'const a']);
  check('end at a fence of the same length or longer only', '````md\n```ts\na\n```\n`````', [
    'md',
    undefined,
    '```ts\na\n```',
  ]);
  check('are not ended by a fence of the other kind', '```\n~~~\n```', ['', undefined, '~~~']);
  check('are not ended by words after a fence', '```\n```ts\na\n```', ['', undefined, '```ts\na']);
  check('are not begun in the middle of a line', 'As in ```ts```, so.');
  check('are not begun four blanks in', '    ```ts\n    a');

  const paths: { info: string; path: string | undefined }[] = [
    { info: 'ts src/a.ts', path: 'src/a.ts' },
    { info: 'ts a.ts', path: 'a.ts' },
    { info: 'sh path/to/tool', path: 'path/to/tool' },
    { info: 'ts title="src/a.ts"', path: 'src/a.ts' },
    { info: "ts file='a.ts'", path: 'a.ts' },
    { info: 'ts filename=src/a.ts', path: 'src/a.ts' },
    { info: 'ts title="The second try"', path: undefined },
    { info: 'ts A title of two words', path: undefined },
    { info: 'ts {1-3}', path: undefined },
    { info: 'ts', path: undefined },
    { info: 'tsx app/[id]/(group)/page.tsx', path: 'app/[id]/(group)/page.tsx' },
    { info: 'ts /x/[Fix](command:a.b?c)', path: undefined },
    { info: 'ts /x/[Fix](command)', path: undefined },
  ];
  for (const { info, path } of paths) {
    check(
      `${path === undefined ? 'name no file' : `are for ${path}`} with the opening line ${info}`,
      `\`\`\`${info}\na\n\`\`\``,
      ['ts', path, 'a'].map((value, index) => (index === 0 ? info.split(' ')[0] : value)) as Expected,
    );
  }

  it('give back any code that was put between fences longer than its own', () =>
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -~]{0,20}$/), { maxLength: 12 }), (lines) => {
        const code = lines.join('\n');
        const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
        const fence = '`'.repeat(longest + 1);
        const [block, ...more] = codeBlocksOf(
          `${fence}ts\n${lines.length === 0 ? '' : `${code}\n`}${fence}\nWords.`,
        );
        assert.equal(block?.code, code);
        assert.deepEqual(more, []);
      }),
    ));

  it('never fail, whatever the text', () =>
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void codeBlocksOf(text))));
});
