import assert from 'node:assert/strict';
import { readBranch } from '../../../../src/core/memory/branch.ts';
import type { EntryDraft } from '../../../../src/protocol/entries.ts';
import { startCore, type TestCore } from '../../../support/core.ts';

describe('A branch that is read in pages', () => {
  let core: TestCore;
  let sessionId: string;
  let ids: string[];

  const titles = (count: number): EntryDraft[] =>
    Array.from({ length: count }, (_, at) => ({
      id: crypto.randomUUID(),
      at,
      door: 'cli',
      kind: 'title',
      title: String(at),
      auto: true,
    }));

  before(async () => {
    core = await startCore();
    sessionId = (await core.store.create({ door: 'cli', private: true })).id;
    ids = (await core.store.append(sessionId, titles(2 * 2_048 + 3))).map(({ id }) => id);
  });
  after(() => core.close());

  const check = (title: string, leaf: number | undefined) =>
    it(title, async () => {
      const read = await readBranch(core.store, sessionId, leaf === undefined ? undefined : ids[leaf]);
      assert.deepEqual(
        read.idsBetween(0, Number.POSITIVE_INFINITY),
        leaf === undefined ? ids : ids.slice(0, leaf + 1),
      );
    });

  check('has every entry once, in the order of the log', undefined);
  check('ends at the entry it is asked for', 2_999);
  check('has no page too many where it fills its pages', 2 * 2_048 - 1);
  check('may be a single entry', 0);
});
