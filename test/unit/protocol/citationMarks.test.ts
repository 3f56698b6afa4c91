import assert from 'node:assert/strict';
import { withoutMarks } from '../../../src/protocol/citationMarks.ts';

const citation = (index: number) => ({
  index,
  uri: 'file:///w/a.ts',
  path: 'a.ts',
  startLine: 1,
  endLine: 2,
  quote: 'q',
});

describe('An answer with citations', () => {
  const check = (name: string, text: string, indexes: number[], expected: string) =>
    it(name, () => assert.equal(withoutMarks({ text, citations: indexes.map(citation) }), expected));

  check('goes back to the model without our marks', 'Two.① Or three.②', [1, 2], 'Two. Or three.');
  check('keeps marks that the model wrote itself', 'Step ③: two.①', [1], 'Step ③: two.');
  check('is as it was where nothing is cited', 'Step ①.', [], 'Step ①.');
});
