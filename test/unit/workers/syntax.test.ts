import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { chunksOf } from '../../../src/core/grounding/chunks.ts';
import { Lines } from '../../../src/core/grounding/lines.ts';
import type { IndexState } from '../../../src/core/ports.ts';
import { grammarOf, grammarsFolder } from '../../../src/workers/syntax/grammars.ts';
import { openSyntax } from '../../../src/workers/syntax/openSyntax.ts';
import { Syntax } from '../../../src/workers/syntax/syntax.ts';
import { WorkspaceSearch } from '../../../src/workers/workspaceSearch.ts';

const folder = grammarsFolder(new URL('../../../src/workers/syntax.ts', import.meta.url).href);
const body = (indent: string, line: string) => Array.from({ length: 24 }, () => indent + line).join('\n');

describe('Files that are cut by their syntax', () => {
  // One parser for all, as in its thread: grammars are read once.
  const syntax = new Syntax(folder);

  /** Two things that lie so close that lines alone do not tell where the second begins. */
  const languages: { name: string; text: string; second: RegExp }[] = [
    {
      name: 'a.ts',
      text: `class A {\n  one() {\n${body('    ', 'x();')}\n  }\n  // of two\n  two() {\n${body('    ', 'y();')}\n  }\n}\n`,
      second: /of two/,
    },
    {
      name: 'a.tsx',
      text: `const A = () => {\n${body('  ', 'x();')}\n};\nconst B = () => {\n${body('  ', 'y();')}\n};\n`,
      second: /const B/,
    },
    {
      name: 'a.js',
      text: `function a() {\n${body('  ', 'x();')}\n}\nfunction b() {\n${body('  ', 'y();')}\n}\n`,
      second: /function b/,
    },
    {
      name: 'a.py',
      text: `class A:\n  def one(self):\n${body('    ', 'x()')}\n  def two(self):\n${body('    ', 'y()')}\n`,
      second: /def two/,
    },
    {
      name: 'a.go',
      text: `package a\nfunc A() {\n${body('\t', 'x()')}\n}\n// B does it.\nfunc B() {\n${body('\t', 'y()')}\n}\n`,
      second: /B does it/,
    },
    {
      name: 'A.java',
      text: `class A {\n  void one() {\n${body('    ', 'x();')}\n  }\n  void two() {\n${body('    ', 'y();')}\n  }\n}\n`,
      second: /void two/,
    },
    {
      name: 'a.cpp',
      text: `void a() {\n${body('  ', 'x();')}\n}\nvoid b() {\n${body('  ', 'y();')}\n}\n`,
      second: /void b/,
    },
    {
      name: 'a.h',
      text: `int a(void) {\n${body('  ', 'x();')}\n}\nint b(void) {\n${body('  ', 'y();')}\n}\n`,
      second: /int b/,
    },
    {
      name: 'A.cs',
      text: `class A {\n  void One() {\n${body('    ', 'X();')}\n  }\n  void Two() {\n${body('    ', 'Y();')}\n  }\n}\n`,
      second: /void Two/,
    },
    {
      name: 'a.rb',
      text: `class A\n  def one\n${body('    ', 'x()')}\n  end\n  def two\n${body('    ', 'y()')}\n  end\nend\n`,
      second: /def two/,
    },
    {
      name: 'a.rs',
      text: `impl A {\n  fn one() {\n${body('    ', 'x();')}\n  }\n  fn two() {\n${body('    ', 'y();')}\n  }\n}\n`,
      second: /fn two/,
    },
    {
      name: 'a.php',
      text: `<?php\nfunction a() {\n${body('  ', 'x();')}\n}\nfunction b() {\n${body('  ', 'y();')}\n}\n`,
      second: /function b/,
    },
  ];
  for (const { name, text, second } of languages) {
    it(`begin a chunk where the second thing of ${name} begins`, async () => {
      const lines = new Lines(text);
      const begins = (chunks: readonly { startLine: number }[]) =>
        chunks.some(({ startLine }) => second.test(lines.line(startLine)));
      const chunks = await syntax.cut(name, text);
      assert.ok(chunks);
      assert.ok(begins(chunks), JSON.stringify(chunks));
      assert.ok(!begins(chunksOf(name, lines)), 'Lines alone would do.');
    }).timeout(10_000);
  }

  it('have each line in one chunk, whatever the text', async () => {
    const line = fc.constantFrom(
      'function a() {',
      '  b();',
      '}',
      '',
      '// c',
      'class {',
      '"',
      '`${',
      '/*',
      '  '.repeat(9),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 120 }), async (all) => {
        const text = all.join('\n');
        const chunks = (await syntax.cut('a.ts', text)) ?? chunksOf('a.ts', new Lines(text));
        let next = 1;
        for (const { startLine, endLine } of chunks) {
          assert.equal(startLine, next);
          assert.ok(endLine >= startLine && endLine - startLine < 40);
          next = endLine + 1;
        }
        assert.equal(next, new Lines(text).count + 1);
      }),
      { numRuns: 50 },
    );
  }).timeout(20_000);

  it('are those of languages whose grammar is shipped', () => {
    const build = readFileSync(new URL('../../../esbuild.mjs', import.meta.url), 'utf8');
    const listed = /names = '([^']+)'/.exec(build)?.[1]?.split(' ') ?? [];
    assert.deepEqual([...new Set(languages.map(({ name }) => grammarOf(name)))].sort(), listed.sort());
  });

  it('are none where there is no grammar, and where the parser is missing', async () => {
    assert.equal(await syntax.cut('a.txt', 'text'), undefined);
    assert.equal(await new Syntax(new URL('file:///nowhere/')).cut('a.ts', 'x();'), undefined);
  });

  it('are cut by their lines once the parser died three times, which is told each time', async () => {
    const deaths: Error[] = [];
    const cut = openSyntax(new URL('./missing.ts', import.meta.url), (error) => void deaths.push(error));
    for (let file = 0; file < 3; file++) assert.equal(await cut('a.ts', 'x();'), undefined);
    assert.equal(cut('a.ts', 'x();'), undefined);
    assert.equal(deaths.length, 3);
  }).timeout(20_000);

  it('are cut by their lines where the parser hangs over them, and by their syntax after that', async () => {
    const module = (name: string) => JSON.stringify(new URL(`../../../src/${name}.ts`, import.meta.url).href);
    const hangs = `
      import { parentPort } from 'node:worker_threads';
      import { serveRpc } from ${module('base/rpc')};
      import { errorCodec } from ${module('core/errors')};
      const cut = async (path, text) => {
        while (text === 'hang');
        return [{ startLine: 1, endLine: 1 }];
      };
      serveRpc(parentPort, { cut }, errorCodec);`;
    const deaths: Error[] = [];
    const cut = openSyntax(
      new URL(`data:text/javascript,${encodeURIComponent(hangs)}`),
      (error) => void deaths.push(error),
      { fileMs: 300, firstMs: 10_000 },
    );
    const parsed = [{ startLine: 1, endLine: 1 }];
    assert.deepEqual(await cut('a.ts', 'x();'), parsed);
    const [hung, behind] = await Promise.all([cut('b.ts', 'hang'), cut('c.ts', 'y();')]);
    assert.deepEqual([hung, behind], [undefined, undefined]);
    assert.deepEqual(await cut('d.ts', 'z();'), parsed);
    assert.deepEqual(deaths.map(String), ['Error: A file was not parsed within 300 ms.']);
  }).timeout(20_000);

  it('are indexed as text and counted where they cannot be parsed, and found all the same', async () => {
    const tree = await mkdtemp(path.join(tmpdir(), 'causeway-syntax-'));
    await writeFile(path.join(tree, 'a.ts'), 'one zebra();');
    await writeFile(path.join(tree, 'b.txt'), 'two zebras');
    let state: IndexState | undefined;
    const search = new WorkspaceSearch(
      {},
      async () => undefined,
      (event) => {
        if (event.type === 'index') state = event.state;
      },
      (name) => (name.endsWith('.ts') ? Promise.resolve(undefined) : undefined),
    );
    const asked = { question: 'zebra', limit: 9, folders: [tree], openFiles: [] };
    const { passages } = await search.search(asked);
    assert.deepEqual(passages.map((one) => one.path).sort(), ['a.ts', 'b.txt']);
    assert.equal(state?.asText, 1);
    await rm(tree, { recursive: true });
  });

  it('of a large tree are cut by their lines at first, and by their syntax once they were found', async () => {
    const tree = await mkdtemp(path.join(tmpdir(), 'causeway-syntax-'));
    await writeFile(path.join(tree, 'a.ts'), 'one zebra();\ntwo();\nthree();\n');
    await writeFile(path.join(tree, 'b.ts'), 'a lion();\n');
    let state: IndexState | undefined;
    const cut: string[] = [];
    const isCut = Promise.withResolvers<void>();
    const search = new WorkspaceSearch(
      { parsed: 1, restMs: 0 },
      async () => undefined,
      (event) => {
        if (event.type !== 'index') return;
        state = event.state;
        if (state.chunks === 4) isCut.resolve();
      },
      async (name) => {
        cut.push(name);
        return [1, 2, 3].map((line) => ({ startLine: line, endLine: line }));
      },
    );
    const asked = { question: 'zebra', limit: 9, folders: [tree], openFiles: [], watch: 'told' as const };
    assert.equal((await search.search(asked)).passages.length, 1);
    assert.deepEqual(cut, []);
    await isCut.promise;
    assert.equal((await search.search(asked)).passages[0]?.path, 'a.ts');
    assert.deepEqual(cut, ['a.ts']);
    await rm(tree, { recursive: true });
    await search.close();
  });
});
