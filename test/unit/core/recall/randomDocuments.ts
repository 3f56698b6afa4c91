/** Documents as fast-check draws them. */
import fc from 'fast-check';
import type { RecallDocument } from '../../../../src/core/recall/document.ts';

export const word = fc.constantFrom(
  'parser',
  'retry',
  'went',
  'go',
  'maxSize',
  'Always',
  'dog',
  'May',
  '2025',
  'the',
  '```',
  '文件',
);
const document = fc.record(
  {
    id: fc.uuid(),
    seq: fc.nat(300),
    at: fc.integer({ min: 0, max: 2e12 }),
    role: fc.constantFrom<RecallDocument['role']>('user', 'assistant', 'tool', 'frame', 'note'),
    speaker: fc.constantFrom('Anna', 'Ben'),
    text: fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
    covers: fc.array(fc.uuid(), { maxLength: 3 }),
  },
  { requiredKeys: ['id', 'seq', 'role', 'text'] },
);
export const documents = fc.array(document, { maxLength: 25 });
