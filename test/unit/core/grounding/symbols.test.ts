import assert from 'node:assert/strict';
import fc from 'fast-check';
import { namesIn } from '../../../../src/core/grounding/symbols/namedSymbols.ts';
import type { SymbolPassage } from '../../../../src/core/grounding/symbols/symbolPassages.ts';
import { fused, symbolSearch } from '../../../../src/core/grounding/symbols/symbolSearch.ts';
import type { Passage } from '../../../../src/core/ports.ts';
import type { LanguageFeatures, SymbolPlace } from '../../../../src/core/tools/workspace/sources.ts';

const files = new Map([
  ['src/config.ts', 'import x from "x";\n\nexport function loadConfig(path) {\n  return read(path);\n}\n'],
  ['src/main.ts', 'start();\n\nfunction start() {\n  const config = loadConfig("a");\n}\n'],
  ['secret.ts', 'export function loadConfig() {}\n'],
]);
const uriOf = (path: string) => `file:///w/${path}`;
const hidden = 'secret.ts';
const sourceFiles = {
  shown: async (uris: readonly string[]) =>
    uris.map((uri) => {
      const path = uri.slice(uriOf('').length);
      return uri.startsWith(uriOf('')) && path !== hidden ? path : undefined;
    }),
  read: async (path: string) => ({ uri: uriOf(path), path, text: files.get(path) ?? '' }),
};

const symbol = (path: string, startLine: number, endLine: number, name = 'loadConfig'): SymbolPlace => ({
  name,
  kind: 'function',
  uri: uriOf(path),
  startLine,
  endLine,
});

const server = {
  symbolsNamed: async () => [
    symbol(hidden, 1, 1),
    symbol('src/config.ts', 3, 5, 'loadConfig()'),
    symbol('src/other.ts', 1, 1, 'loadConfigs'),
    { ...symbol('src/lib.ts', 1, 1), uri: 'file:///elsewhere/lib.ts' },
  ],
  references: async () => ({
    definitions: [],
    uses: [
      { uri: uriOf('src/config.ts'), line: 3 },
      { uri: uriOf(hidden), line: 1 },
      { uri: uriOf('src/main.ts'), line: 4 },
    ],
  }),
} satisfies Pick<LanguageFeatures, 'symbolsNamed' | 'references'>;

const byWords: Passage[] = ['README.md', 'docs/a.md'].map((path, index) => ({
  uri: uriOf(path),
  path,
  startLine: 1,
  endLine: 2,
  text: path,
  score: 9 - index,
}));

const never = () => new Promise<never>(() => undefined);

async function found(
  question: string,
  language: Pick<LanguageFeatures, 'symbolsNamed' | 'references'>,
  isTrusted = true,
): Promise<string[]> {
  const search = symbolSearch(
    { search: async () => byWords },
    { files: sourceFiles, language, isTrusted: () => isTrusted },
  );
  const passages = await search.search(question, { limit: 12 });
  return passages.map(
    ({ path, startLine, endLine, symbol: named }) =>
      `${path}:${startLine}-${endLine}${named ? ` ${named.as}` : ''}`,
  );
}

const words = ['README.md:1-2', 'docs/a.md:1-2'];

describe('Symbols that a question names', () => {
  const check = (question: string, names: string[]) =>
    it(`are ${names.join(', ') || 'none'} in “${question}”`, () =>
      assert.deepEqual(namesIn(question), names));
  check('Where is loadConfig called?', ['loadConfig']);
  check('what does `Router.add(path)` do and `run`?', ['add', 'run']);
  check('why does parse_headers() fail in src/server/parseBody.ts', ['parse_headers']);
  check('How is HTTP handled, and URLs? MAX_UPLOAD_SIZE', ['MAX_UPLOAD_SIZE']);
  check('Foo::barBaz and self.engine.HandleContext(c), barBaz again', ['barBaz', 'HandleContext']);
  check('see fooBar.ts or `const a = 1` (maybe)', []);
  check('aFoo bFoo cFoo dFoo eFoo', ['aFoo', 'bFoo', 'cFoo', 'dFoo']);

  it('are told where they are defined, first, and used, without what stays out', async () =>
    assert.deepEqual(await found('Where does loadConfig look?', server), [
      'src/config.ts:3-5 definition',
      'README.md:1-2',
      'src/main.ts:3-5 use',
      'docs/a.md:1-2',
    ]));
  const notAsked = (title: string, question: string, isTrusted: boolean) =>
    it(title, async () => {
      let asked = 0;
      const counting = {
        symbolsNamed: () => {
          asked++;
          return server.symbolsNamed();
        },
        references: server.references,
      };
      assert.deepEqual(await found(question, counting, isTrusted), words);
      assert.equal(asked, 0);
    });
  notAsked('are not asked for in Restricted Mode', 'Where does loadConfig look?', false);
  notAsked('are not asked for where a question names none', 'Where is it read?', true);
  it('do not keep an answer from a server that does not answer', async () =>
    assert.deepEqual(await found('Where does loadConfig look?', { ...server, symbolsNamed: never }), words));
  it('have their definition told while their uses are not known in time', async () =>
    assert.deepEqual(await found('Where does loadConfig look?', { ...server, references: never }), [
      'src/config.ts:3-5 definition',
      ...words,
    ]));
  it('cost no answer where a server fails', async () =>
    assert.deepEqual(
      await found('Where does loadConfig look?', {
        ...server,
        symbolsNamed: async () => Promise.reject(new Error('No project.')),
      }),
      words,
    ));

  it('never crowd out what the words found, nor say a place twice', () => {
    const range = fc.record({ path: fc.constantFrom('a', 'b'), at: fc.nat(40), lines: fc.nat(9) });
    const place = ({ path, at, lines }: { path: string; at: number; lines: number }) => ({
      uri: uriOf(path),
      path,
      startLine: at + 1,
      endLine: at + 1 + lines,
      text: path,
    });
    const named = fc
      .tuple(range, fc.constantFrom('definition', 'use'))
      .map(([one, as]): SymbolPassage => ({ ...place(one), symbol: { name: 'x', as } }));
    const worded = fc
      .uniqueArray(range, { selector: ({ path, at }) => `${path}${Math.floor(at / 10)}`, maxLength: 12 })
      .map((all) =>
        all.map((one, index): Passage => ({ ...place({ ...one, lines: 0 }), score: 99 - index })),
      );
    fc.assert(
      fc.property(worded, fc.array(named), fc.integer({ min: 1, max: 12 }), (plain, symbols, limit) => {
        const all = fused(plain, symbols, limit);
        assert.ok(all.length <= limit);
        const told = all.filter((one) => one.symbol);
        assert.ok(told.length <= Math.ceil(limit / 2));
        for (const one of told)
          for (const other of all)
            assert.ok(
              one === other ||
                one.path !== other.path ||
                one.endLine < other.startLine ||
                other.endLine < one.startLine,
            );
        const rest = all.filter((one) => !one.symbol);
        assert.deepEqual(
          rest,
          plain.filter((one) => rest.includes(one)),
        );
        for (let at = 1; at < all.length; at++) assert.ok((all[at - 1]?.score ?? 0) >= (all[at]?.score ?? 0));
      }),
    );
  });
});
