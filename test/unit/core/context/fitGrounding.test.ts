import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Omitted } from '../../../../src/core/context/fit.ts';
import { fitGrounding } from '../../../../src/core/context/fitGrounding.ts';
import type { PassagePart } from '../../../../src/core/context/workspacePassages.ts';

type Sample = Pick<PassagePart, 'id' | 'label' | 'place' | 'rank' | 'partOf' | 'score'> & { tokens: number };

const file = (path: string, tokens: number): Sample => ({
  id: `file:${path}`,
  label: path,
  rank: 'file',
  tokens,
});
const lines = (
  rank: 'visible' | 'passage',
  path: string,
  [startLine, endLine]: [number, number],
  tokens: number,
  isOpen = true,
): Sample => ({
  id: `${rank}:${path}:${startLine}`,
  label: `${rank} ${path}:${startLine}`,
  rank,
  tokens,
  place: { uri: path, path, startLine, endLine },
  ...(isOpen ? { partOf: `file:${path}` } : {}),
});

function check(parts: Sample[], share: number, sent: string[], left: string[]): void {
  const omitted: Omitted = [];
  assert.deepEqual(
    fitGrounding(parts, share, omitted).map(({ label }) => label),
    sent,
  );
  assert.deepEqual(
    omitted.map(({ label }) => label),
    left,
  );
}

describe('What goes of open files and passages', () => {
  it('is a whole file once, where it fits', () => {
    const parts = [
      lines('visible', 'a', [1, 9], 50),
      file('a', 100),
      lines('passage', 'a', [20, 25], 20),
      lines('passage', 'b', [1, 5], 20, false),
    ];
    check(parts, 200, ['a', 'passage b:1'], []);
    check(parts, 120, ['a', 'passage b:1'], []);
  });

  it('is what is visible and what was found of one that does not fit', () => {
    const parts = [
      lines('visible', 'a', [10, 19], 50),
      file('a', 1_000),
      lines('passage', 'a', [12, 15], 20),
      lines('passage', 'a', [50, 55], 20),
    ];
    check(parts, 200, ['visible a:10', 'passage a:50'], ['a']);
    check(parts, 60, ['visible a:10'], ['a', 'passage a:50']);
    check(parts, 40, ['passage a:12', 'passage a:50'], ['visible a:10', 'a']);
  });

  it('is the active file beside the best passages in a small window, and not one of them alone', () => {
    const found = [1, 11, 21, 31].map((line) => lines('passage', 'b', [line, line + 5], 30, false));
    check(
      [file('a', 50), ...found],
      100,
      ['a', 'passage b:1'],
      ['passage b:11', 'passage b:21', 'passage b:31'],
    );
  });

  it('is of passages what is worth most for its length, in the order in which it was found', () => {
    const scored = (name: string, tokens: number, score?: number): Sample => ({
      ...lines('passage', name, [1, 5], tokens, false),
      ...(score === undefined ? {} : { score }),
    });
    const long = scored('long', 900, 10);
    const short = ['x', 'y', 'z'].map((name) => scored(name, 100, 8));
    const label = (name: string) => `passage ${name}:1`;
    check([long, ...short], 1_000, ['x', 'y', 'z'].map(label), [label('long')]);
    check([long, ...short], 1_200, ['long', 'x', 'y', 'z'].map(label), []);
    check([scored('defined', 900), ...short], 1_000, ['defined', 'x'].map(label), ['y', 'z'].map(label));
    check([scored('scrap', 10, 1), scored('whole', 100, 8)], 100, [label('whole')], [label('scrap')]);
  });

  const sample = fc.record({
    rank: fc.constantFrom(undefined, 'visible' as const, 'passage' as const, 'file' as const),
    path: fc.constantFrom('a', 'b', 'c'),
    at: fc.nat({ max: 40 }),
    long: fc.nat({ max: 20 }),
    tokens: fc.nat({ max: 300 }),
    score: fc.option(fc.double({ min: 0, max: 20, noNaN: true }), { nil: undefined }),
    isOpen: fc.boolean(),
  });
  it('is never more than its share, the same each time, and whatever is left out is named or goes elsewhere', () =>
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 15 }), fc.nat({ max: 1_500 }), (given, share) => {
        const parts = given.map(({ rank, path, at, long, tokens, isOpen, score }, index): Sample => {
          if (rank === 'file') return file(path, tokens);
          if (rank !== undefined)
            return {
              ...lines(rank, path, [at, at + long], tokens, isOpen),
              ...(score === undefined ? {} : { score }),
            };
          return { id: `${index}`, label: `asked ${index}`, tokens };
        });
        const omitted: Omitted = [];
        const chosen = fitGrounding(parts, share, omitted);
        assert.ok(chosen.reduce((sum, { tokens }) => sum + tokens, 0) <= share);
        assert.deepEqual(fitGrounding(parts, share, []), chosen);
        assert.deepEqual(
          chosen,
          parts.filter((part) => chosen.includes(part)),
        );
        const covered = parts.filter(
          (part) => part.partOf !== undefined && chosen.some(({ id }) => id === part.partOf),
        );
        assert.equal(
          chosen.some((part) => covered.includes(part)),
          false,
        );
        const seen = chosen.filter(({ rank }) => rank === 'visible').length;
        assert.ok(chosen.length + omitted.length + covered.length <= parts.length);
        if (seen === 0) assert.equal(chosen.length + omitted.length + covered.length, parts.length);
      }),
      { numRuns: 2_000 },
    ));
});
