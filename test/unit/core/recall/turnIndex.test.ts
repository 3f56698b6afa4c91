import assert from 'node:assert/strict';
import { TurnIndex } from '../../../../src/core/recall/turnIndex.ts';

describe('Recall of older turns', () => {
  it('finds a turn by a word in another form', () => {
    const index = new TurnIndex();
    index.add([
      { id: 'a', seq: 1, role: 'user', text: 'We moved the invoices into their own table.' },
      { id: 'b', seq: 2, role: 'assistant', text: 'Good. The migration is written.' },
    ]);
    assert.deepEqual(
      index.search({ text: 'Where is the invoice?', limit: 5 }).map(({ id, terms }) => ({ id, terms })),
      [{ id: 'a', terms: ['invoice'] }],
    );
  });
});
