import assert from 'node:assert/strict';
import { WordNeighbours } from '../../../../src/core/grounding/wordNeighbours.ts';
import { encodeVectors } from '../../../support/wordVectors.ts';

/** The table lists words by frequency; the first thousand say too little to have neighbours. */
const common = Array.from({ length: 1000 }, (_, at) => ({
  word: `common${String.fromCharCode(97 + (at % 26), 97 + ((at / 26) % 26), 97 + at / 676)}`,
  vector: [0, -1, 0],
}));

const table = new WordNeighbours(
  encodeVectors([
    ...common,
    { word: 'cat', vector: [1, 0.1, 0] },
    { word: 'cats', vector: [0, 1, 0] },
    { word: 'kitten', vector: [1, 0.3, 0] },
    { word: 'dog', vector: [0.5, 1, 0] },
    { word: 'the', vector: [1, 0.1, 0] },
    { word: 'stone', vector: [-1, 0, 1] },
  ]),
);

describe('Words of like meaning', () => {
  it('are those of nearly the same direction', () => {
    const [nearest, ...more] = table.of('cat');
    assert.deepEqual([nearest?.term, more.length], ['kitten', 0]);
    assert.ok((nearest?.likeness ?? 0) > 0.9);
  });

  it('are none of a word that the table does not have', () => assert.deepEqual(table.of('zebra'), []));

  it('are none of the commonest words, which say little of any text', () => {
    assert.deepEqual(table.of('commonaaa'), []);
    assert.ok(table.weightOf('commonaaa') < table.weightOf('kitten'));
    assert.equal(table.weightOf('zebra'), 1);
  });

  it('are the same when they are asked for again', () => assert.equal(table.of('stone'), table.of('stone')));
});
