import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nearness, timeRanges } from '../../../../src/core/recall/times.ts';

/** A Wednesday. */
const now = Date.UTC(2025, 5, 11, 15);
const day = (at: number): string => new Date(at).toISOString().slice(0, 10);

describe('Times that a question names', () => {
  const cases: [text: string, ...ranges: string[]][] = [
    ['What did I say yesterday?', '2025-06-10 2025-06-11'],
    ['and last night', '2025-06-10 2025-06-11'],
    ['the day before yesterday', '2025-06-09 2025-06-10'],
    ['earlier today', '2025-06-11 2025-06-12'],
    ['last week', '2025-06-02 2025-06-09'],
    ['this week', '2025-06-09 2025-06-16'],
    ['last weekend', '2025-06-07 2025-06-09'],
    ['last month', '2025-05-01 2025-06-01'],
    ['last year', '2024-01-01 2025-01-01'],
    ['on Monday', '2025-06-09 2025-06-10'],
    ['last Wednesday', '2025-06-04 2025-06-05'],
    ['three days ago', '2025-06-08 2025-06-09'],
    ['2 weeks ago', '2025-05-25 2025-06-01'],
    ['two months ago', '2025-03-27 2025-04-27'],
    ['in March', '2025-03-01 2025-04-01'],
    ['in October', '2024-10-01 2024-11-01'],
    ['in March 2023', '2023-03-01 2023-04-01'],
    ['at the end of November 2022', '2022-11-21 2022-12-01'],
    ['early March 2024', '2024-03-01 2024-03-11'],
    ['on 16 August, 2023', '2023-08-16 2023-08-17'],
    ['on the 3rd of May', '2025-05-03 2025-05-04'],
    ['on August 16', '2024-08-16 2024-08-17'],
    ['2024-02-29', '2024-02-29 2024-03-01'],
    ['in 2022', '2022-01-01 2023-01-01'],
    ['last summer', '2024-06-01 2024-09-01'],
    ['over the past two weeks', '2025-05-28 2025-06-12'],
    ['last week or in March', '2025-06-02 2025-06-09', '2025-03-01 2025-04-01'],
    ['You may march on; I sat in a mayor’s car.'],
    ['on 31 June'],
    ['port 2022 of the august company'],
    [''],
  ];
  for (const [text, ...expected] of cases) {
    it(`are ${expected.join(' and ') || 'none'} in "${text}"`, () =>
      assert.deepEqual(
        timeRanges(text, now).map(({ from, to }) => `${day(from)} ${day(to)}`),
        expected,
      ));
  }

  it('never end before they begin, whatever is asked and whenever', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'last',
            'in',
            'on',
            'may',
            'june',
            '31',
            '2',
            'weeks',
            'ago',
            '2024',
            'monday',
            'summer',
            'the',
            'of',
          ),
          { maxLength: 12 },
        ),
        fc.integer({ min: 0, max: 4e12 }),
        (words, at) => {
          for (const { from, to } of timeRanges(words.join(' '), at)) assert.ok(from < to);
        },
      ),
    ));

  it('fit wholly within, less and less around, and not at all far away', () => {
    const ranges = [{ from: 100 * 86_400_000, to: 101 * 86_400_000 }];
    const at = (days: number) => nearness(days * 86_400_000, ranges);
    assert.equal(at(100.5), 1);
    assert.ok(at(102) > at(105) && at(105) > 0);
    assert.ok(at(99) > 0 && at(99) < 1);
    assert.equal(at(120), 0);
    assert.equal(at(80), 0);
    assert.equal(nearness(0, []), 0);
  });
});
