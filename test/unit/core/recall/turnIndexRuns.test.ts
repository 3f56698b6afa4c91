import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TurnIndex, UnreadableRun } from '../../../../src/core/recall/turnIndex.ts';
import { documents, word } from './randomDocuments.ts';
import { conversation, indexOf, shippedVectors } from './samples.ts';

const query = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .map((words) => ({ text: words.join(' '), limit: 12 }));

const samples = conversation(['user: The parser is slow.', 'assistant: Which one?', 'Anna: Mine, in May.']);

describe('Runs of the recall index', () => {
  it('give the same hits after a restart', () =>
    fc.assert(
      fc.property(documents, fc.nat(25), query, (all, cut, asked) => {
        const index = indexOf(all, shippedVectors);
        const again = new TurnIndex({ vectors: shippedVectors });
        again.load(index.encode(0, Math.min(cut, all.length)));
        again.load(index.encode(Math.min(cut, all.length), all.length));
        assert.deepEqual(again.search(asked), index.search(asked));
        assert.deepEqual(
          all.map((_, place) => again.document(place)),
          all.map((_, place) => index.document(place)),
        );
      }),
      { numRuns: 60 },
    ));

  it('are the same bytes however the documents came in', () =>
    fc.assert(
      fc.property(documents, fc.nat(25), (all, cut) => {
        const inTwo = indexOf(all.slice(0, cut));
        inTwo.add(all.slice(cut));
        const inOne = indexOf(all);
        assert.deepEqual(inTwo.encode(0, all.length), inOne.encode(0, all.length));
      }),
      { numRuns: 60 },
    ));

  it('can follow documents whose terms have other numbers', () => {
    const index = indexOf(conversation(['user: Slow trains and one parser.']));
    index.load(indexOf(samples).encode(0, samples.length));
    assert.equal(index.search({ text: 'slow trains', limit: 1 })[0]?.index, 0);
    assert.equal(index.search({ text: 'Which parser is slow?', limit: 1 })[0]?.index, 1);
  });

  it('can be read without the word vectors they were made with', () => {
    const index = new TurnIndex();
    index.load(indexOf(samples, shippedVectors).encode(0, samples.length));
    assert.deepEqual(
      index.search({ text: 'slow', limit: 1 }),
      indexOf(samples).search({ text: 'slow', limit: 1 }),
    );
  });

  it('outgrow a stretch of the index without losing a document', () => {
    const many = Array.from({ length: 2100 }, (_, place) => `user: Ticket number${place} is open.`);
    const index = indexOf(conversation(many));
    const again = new TurnIndex();
    again.load(index.encode(0, index.size));
    for (const place of [0, 1023, 1024, 2047, 2048, 2099]) {
      assert.equal(again.search({ text: `number${place}`, limit: 1 })[0]?.index, place);
    }
  });

  it('are refused where any byte is another, and then add nothing', () => {
    const bytes = indexOf(samples, shippedVectors).encode(0, samples.length);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const damaged = bytes.slice();
        damaged[place] = (damaged[place] ?? 0) ^ change;
        const index = new TurnIndex();
        assert.throws(() => index.load(damaged), UnreadableRun);
        assert.equal(index.size, 0);
      }),
    );
  });

  it('are refused where the end is missing or something follows', () => {
    const bytes = indexOf(samples).encode(0, samples.length);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => new TurnIndex().load(bytes.subarray(0, length)), UnreadableRun);
    }
    assert.throws(() => new TurnIndex().load(new Uint8Array([...bytes, 0])), UnreadableRun);
  });

  it('can be read from the middle of other bytes', () => {
    const bytes = indexOf(samples).encode(0, samples.length);
    const inside = new Uint8Array(bytes.length + 7);
    inside.set(bytes, 3);
    const index = new TurnIndex();
    index.load(inside.subarray(3, 3 + bytes.length));
    assert.equal(index.size, samples.length);
  });
});
