import assert from 'node:assert/strict';
import fc from 'fast-check';
import { best } from '../../../../src/core/recall/best.ts';
import { Postings } from '../../../../src/core/recall/postings.ts';

const contents = fc.dictionary(fc.nat(40).map(String), fc.integer({ min: 1, max: 255 }), { maxKeys: 8 });

describe('Lists of documents by term', () => {
  it('hold what was added, in full stretches and in the open one', () =>
    fc.assert(
      fc.property(fc.array(contents, { maxLength: 12 }), fc.nat(40), (some, wanted) => {
        // Repeated, so that more than one stretch is closed.
        const all =
          some.length === 0 ? [] : Array.from({ length: 2100 }, (_, at) => some[at % some.length] ?? {});
        const postings = new Postings();
        for (const content of all) {
          postings.add({
            ids: Uint32Array.from(Object.keys(content), Number).sort(),
            counts: Uint8Array.from(
              Object.entries(content)
                .sort(([a], [z]) => Number(a) - Number(z))
                .map(([, count]) => count),
            ),
          });
        }
        const expected = all.flatMap((content, document) => {
          const count = content[wanted];
          return count === undefined ? [] : [[document, count]];
        });
        const found: number[][] = [];
        postings.visit([wanted], (_, { first, documents, counts, start, end }) => {
          for (let at = start; at < end; at++) found.push([first + (documents[at] ?? 0), counts[at] ?? 0]);
        });
        assert.deepEqual(found, expected);
        assert.equal(postings.frequency(wanted), expected.length);
        for (const document of [0, 1023, 1024, 2099]) {
          assert.equal(postings.count(wanted, document), all[document]?.[wanted] ?? 0);
        }
      }),
      { numRuns: 15 },
    ));
});

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
