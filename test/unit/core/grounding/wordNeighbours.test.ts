import assert from 'node:assert/strict';
import { WordNeighbours } from '../../../../src/core/grounding/wordNeighbours.ts';
import { encodeVectors } from '../../../support/wordVectors.ts';

const table = new WordNeighbours(
  encodeVectors([
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

  it('are the same when they are asked for again', () => assert.equal(table.of('stone'), table.of('stone')));
});
