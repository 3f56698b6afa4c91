import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pageOfSessions } from '../../../src/core/session/sessionPages.ts';
import { listSessions } from '../../../src/host/panel/sessionViews.ts';
import type { SessionPlace, SessionSummary } from '../../../src/protocol/session.ts';
import { Scratch, user } from '../store/sqlite/samples.ts';

describe('the list of sessions', function () {
  this.timeout(30_000);
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.end());

  it('goes on below what is shown, and finds a title however old', async () => {
    const store = scratch.open();
    for (let number = 1; number <= 7; number++) {
      const { id } = await store.create({
        door: 'panel',
        title: number === 1 ? 'The oldest' : `Number ${number}`,
      });
      // Two of them in the same millisecond.
      await store.append(id, [{ ...user('Said.'), at: number === 4 ? 3_000 : number * 1_000 }]);
    }
    await store.create({ door: 'panel', title: 'Nothing was said in it' });
    const listed: string[] = [];
    let after: SessionPlace | undefined;
    for (let page = 0; page < 4; page++) {
      const found = await listSessions(store, { query: '', limit: 2, ...(after && { after }) }, undefined);
      listed.push(...found.sessions.map(({ title }) => title));
      after = found.next;
    }
    assert.equal(after, undefined);
    assert.equal(listed.length, 7);
    assert.deepEqual([...new Set(listed)].toSorted(), listed.toSorted());
    const { sessions, hits } = await listSessions(store, { query: 'OLDEST', limit: 2 }, undefined);
    assert.deepEqual([sessions.map(({ title }) => title), hits], [['The oldest'], []]);
  });

  it('gives each session that is wanted once, in pages of any size', async () => {
    const one = (updatedAt: number, index: number) =>
      ({ id: String(index).padStart(4, '0'), updatedAt, entryCount: index % 3 }) as SessionSummary;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(4), { maxLength: 30 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 7 }),
        async (times, many, limit) => {
          // More of one millisecond than are read at a time.
          const all = [...times, ...Array.from({ length: many ? 450 : 0 }, () => 2)]
            .map(one)
            .sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
          const list = async (asked: { limit?: number; before?: number } = {}) =>
            all.filter(({ updatedAt }) => updatedAt < (asked.before ?? Infinity)).slice(0, asked.limit);
          const wanted = ({ entryCount }: SessionSummary) => entryCount > 0;
          const found: SessionSummary[] = [];
          let after: SessionPlace | undefined;
          do {
            const page = await pageOfSessions(
              { list },
              { limit: many ? limit * 60 : limit, after, trashed: false },
              wanted,
            );
            found.push(...page.sessions);
            after = page.next;
          } while (after);
          assert.deepEqual(found, all.filter(wanted));
        },
      ),
    );
  });
});
