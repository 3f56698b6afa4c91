import assert from 'node:assert/strict';
import fc from 'fast-check';
import { best } from '../../../../src/core/recall/best.ts';
import { holdsTerm, Postings } from '../../../../src/core/recall/postings.ts';
import { termOf } from '../../../../src/core/recall/termLists.ts';

const contents = fc.dictionary(fc.nat(40).map(String), fc.integer({ min: 1, max: 255 }), { maxKeys: 8 });

const listed = (postings: Postings, term: string): number[][] =>
  postings.find(term).lists.flatMap(({ first, documents, counts, start, end }) => {
    const found: number[][] = [];
    for (let at = start; at < end; at++) found.push([first + (documents[at] ?? 0), counts[at] ?? 0]);
    return found;
  });

describe('Lists of documents by term', () => {
  it('hold what was added, in full stretches, in one that was stored, and in the open one', () =>
    fc.assert(
      fc.property(fc.array(contents, { maxLength: 12 }), fc.nat(40).map(String), (some, wanted) => {
        // Repeated, so that more than one stretch is closed.
        const all =
          some.length === 0 ? [] : Array.from({ length: 2100 }, (_, at) => some[at % some.length] ?? {});
        const expected = all.flatMap((content, document) => {
          const count = content[wanted];
          return count === undefined ? [] : [[document, count]];
        });
        const added = new Postings();
        for (const content of all) added.add(Object.entries(content));
        const stored = new Postings();
        for (const content of all.slice(0, 7)) stored.add(Object.entries(content));
        stored.attach(added.read(7, all.length - 5), Math.max(0, all.length - 12));
        for (const content of all.slice(-5)) stored.add(Object.entries(content));
        const settled = new Postings();
        for (const [at, content] of all.entries()) {
          settled.add(Object.entries(content));
          if (at % 150 === 149 || at === 20) settled.settle();
        }
        for (const postings of [added, stored, settled]) {
          assert.deepEqual(listed(postings, wanted), expected);
          assert.equal(postings.find(wanted).frequency, expected.length);
          for (const document of [0, 6, 7, 1023, 1024, 2099]) {
            const holds = all[document]?.[wanted] !== undefined;
            assert.equal(holdsTerm(postings.find(wanted), document), holds);
          }
        }
      }),
      { numRuns: 15 },
    ));

  it('tell terms apart that are looked up in one place', () => {
    // Found by trying: the two have the same hash.
    const [one, other] = sameHash();
    const postings = new Postings();
    postings.add([[one, 1]]);
    postings.add([[other, 2]]);
    const closed = new Postings();
    closed.attach(postings.read(0, 2), 2);
    assert.deepEqual(listed(closed, one), [[0, 1]]);
    assert.deepEqual(listed(closed, other), [[1, 2]]);
  });
});

function sameHash(): [string, string] {
  const seen = new Map<number, string>();
  for (let number = 0; ; number++) {
    const text = number.toString(36);
    const { hash } = termOf(text);
    const other = seen.get(hash);
    if (other !== undefined) return [other, text];
    seen.set(hash, text);
  }
}

describe('The best of many', () => {
  it('are those that sorting puts first', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 6 })), fc.nat(12), (values, limit) => {
        const sorted = [...values.keys()]
          .filter((at) => (values[at] ?? 0) > 0 && at % 3 !== 0)
          .sort((a, z) => (values[z] ?? 0) - (values[a] ?? 0) || a - z);
        assert.deepEqual(
          best(Float64Array.from(values), limit, (at) => at % 3 !== 0),
          sorted.slice(0, limit),
        );
      }),
    ));
});
