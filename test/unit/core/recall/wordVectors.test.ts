import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { checksum } from '../../../../src/core/recall/columns.ts';
import { UnreadableVectors, WordVectors } from '../../../../src/core/recall/wordVectors.ts';
import { encodeVectors } from '../../../support/wordVectors.ts';
import { shippedTable, shippedVectors } from './samples.ts';

const table = encodeVectors([
  { word: 'cat', vector: [3, 0] },
  { word: 'dog', vector: [2, 2] },
  { word: 'the', vector: [0, 1] },
]);

const likeness = (a: string, z: string): number => {
  const [one, other] = [shippedVectors.meaning(a), shippedVectors.meaning(z)];
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0) / (127 * 127);
};

describe('Meaning of texts', () => {
  it('is the direction of their words, whatever their case and length', () => {
    const vectors = new WordVectors(table);
    assert.deepEqual(vectors.meaning('cat'), Int8Array.of(127, 0));
    assert.deepEqual(vectors.meaning('CAT, cat!'), Int8Array.of(127, 0));
    const [along = 0, across = 0] = vectors.meaning('cat dog');
    assert.ok(along > across && across > 0);
  });

  it('is none where no word is known, function words left out', () => {
    const vectors = new WordVectors(table);
    assert.equal(vectors.meaning('').length, 0);
    assert.equal(vectors.meaning('xyzzy 42').length, 0);
    assert.equal(vectors.meaning('the').length, 0);
  });

  const cases: [text: string, near: string, far: string][] = [
    ['My dentist pulled a tooth.', 'medical surgery', 'stock market'],
    ['We adopted a puppy.', 'Which pet did they get?', 'Which editor do they use?'],
    ['The server crashed at night.', 'computer failure', 'chocolate cake'],
  ];
  for (const [text, near, far] of cases) {
    it(`of "${text}" is nearer to "${near}" than to "${far}"`, () =>
      assert.ok(likeness(text, near) > likeness(text, far)));
  }

  it('comes from the table that runs of this version were made with; count their version up with the table', () =>
    assert.equal(checksum(readFileSync(shippedTable)), 0x78437e35));

  it('is refused from a table that is damaged', () => {
    for (const bytes of [
      new Uint8Array(0),
      table.subarray(0, 10),
      table.subarray(0, -1),
      new Uint8Array(64),
    ]) {
      assert.throws(() => new WordVectors(bytes), UnreadableVectors);
    }
    const fewer = table.slice();
    fewer[fewer.indexOf(0x0a)] = 0x61;
    assert.throws(() => new WordVectors(fewer), UnreadableVectors);
  });
});
