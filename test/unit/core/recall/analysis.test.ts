import assert from 'node:assert/strict';
import { analyse, askedWords, asksForAnswers } from '../../../../src/core/recall/analysis.ts';

describe('Words of a turn', () => {
  it('are counted in quarters, those of pasted code as one', () =>
    assert.deepEqual(analyse('retry twice\n```ts\nretry\n```\nthen went'), {
      counts: new Map([
        ['retri', 5],
        ['twice', 4],
        ['ts', 1],
        ['then', 4],
        ['go', 4],
      ]),
      length: 4.5,
    }));
});

describe('Words of a question', () => {
  it('are those that say what is asked for, each once, as written', () =>
    assert.deepEqual(askedWords('Where did the Invoices go, which invoice?'), [
      { term: 'invoic', word: 'Invoices', weight: 1 },
      { term: 'go', word: 'go', weight: 1 },
    ]));

  it('weigh less where they are about the conversation itself, or pasted', () => {
    const weights = askedWords('Did we discuss the parser?\n```\nparseFile\n```').map(({ word, weight }) => [
      word,
      weight,
    ]);
    assert.deepEqual(weights, [
      ['discuss', 0.25],
      ['parser', 1],
      ['parseFile', 0.25],
      ['parseFile', 0.25],
      ['parseFile', 0.25],
    ]);
  });

  const answers: [text: string, expected: boolean][] = [
    ['Can you summarise what we did?', true],
    ['What did you recommend for the cache?', true],
    ['Which port had you suggested?', true],
    ['What have you explained about locks, and what you told me?', true],
    ['Which port did I choose?', false],
    ['Can you recommend a cache?', false],
  ];
  for (const [text, expected] of answers) {
    it(`ask ${expected ? 'also' : 'not'} for answers in "${text}"`, () =>
      assert.equal(asksForAnswers(text), expected));
  }
});
