import assert from 'node:assert/strict';
import { overrides, saysTheSame } from '../../../../../src/core/memory/directives/matter.ts';

/** What a later instruction does to an earlier one. */
type Relation = 'says the same as' | 'overrides' | 'stands beside';

const pairs: [later: string, relation: Relation, earlier: string][] = [
  ['Always answer in German.', 'says the same as', 'always answer in German'],
  [
    'Please always write tests for new functions.',
    'says the same as',
    'Always write tests for new functions!',
  ],
  [
    'From now on, add tests for new functions and document them.',
    'stands beside',
    'Always format dates as ISO 8601.',
  ],
  ['Use tabs for indentation.', 'overrides', 'Always indent with two spaces.'],
  ['Always use 4 spaces.', 'overrides', 'Use tabs.'],
  ['From now on answer in English.', 'overrides', 'Always answer in German.'],
  ['Write commit messages in English.', 'stands beside', 'Always answer in German.'],
  ['Translate German comments into English.', 'stands beside', 'Always answer in German.'],
  ['Never use semicolons in examples.', 'overrides', 'Always use semicolons in examples.'],
  ['Never use semicolons in examples.', 'stands beside', 'Never use emoji in examples.'],
  ['Keep summaries below 5 sentences.', 'overrides', 'Keep summaries below 3 sentences.'],
  ['Keep summaries below 5 sentences.', 'stands beside', 'Keep functions below 30 lines.'],
  ['Use pnpm for installing packages.', 'overrides', 'Please use npm to install packages.'],
  ['Use pnpm for installing packages.', 'stands beside', 'Never install packages without asking.'],
  ['Keep explanations brief.', 'overrides', 'I prefer detailed explanations.'],
  ['Call me Ada.', 'overrides', 'Please call me Dr. Lovelace.'],
  ['Always use single quotes.', 'overrides', 'Always use double quotes.'],
  ['Always use single quotes.', 'stands beside', 'Always put double spaces after headings.'],
  ['Use vitest for the panel.', 'stands beside', 'Use mocha for the server.'],
  ['Always show the diff.', 'stands beside', 'Always explain the change.'],
];

describe('A later instruction', () => {
  for (const [later, relation, earlier] of pairs) {
    it(`“${later}” ${relation} “${earlier}”`, () => {
      const found: Relation = saysTheSame(later, earlier)
        ? 'says the same as'
        : overrides(later, earlier)
          ? 'overrides'
          : 'stands beside';
      assert.equal(found, relation);
    });
  }
});
