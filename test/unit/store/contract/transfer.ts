import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SessionStore } from '../../../../src/core/session/store.ts';
import { doors } from '../../../../src/protocol/entries.ts';
import { log } from '../sqlite/entries.ts';
import { answer, filled, user } from '../sqlite/samples.ts';
import type { Backend, NewBackend } from './backend.ts';

export const transferContract = (newBackend: NewBackend, runs: number) =>
  describe('An exported session', function () {
    // Each write waits for the disk, which may be busy.
    this.timeout(30_000);
    let backend: Backend;
    let store: SessionStore;
    beforeEach(async () => {
      backend = await newBackend();
      store = await backend.open();
    });
    afterEach(() => backend.end());

    it('is the same when it is imported, whatever its entries are', async function () {
      this.timeout(60_000);
      const other = await backend.openOther();
      await fc.assert(
        fc.asyncProperty(
          log,
          fc.constantFrom(...doors),
          fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
          async (drafts, door, title) => {
            const { id } = await store.create({ door, ...(title === undefined ? {} : { title }) });
            if (drafts.length > 0) await store.append(id, drafts);
            const exported = await store.exportSession(id);
            const imported = await other.importSession(exported);
            assert.deepEqual(imported, await store.get(id));
            assert.deepEqual(await other.log(id), await store.log(id));
            assert.deepEqual(await other.path(id), await store.path(id));
            assert.equal(await other.exportSession(id), exported);
          },
        ),
        { numRuns: runs },
      );
    });

    it('gets another id where its own is taken', async () => {
      const id = await filled(store, 'one');
      const copy = await store.importSession(await store.exportSession(id));
      assert.notEqual(copy.id, id);
      assert.deepEqual(await store.log(copy.id), await store.log(id));
    });

    it('is refused as a whole, with the line, when it is not what was exported', async () => {
      const id = await filled(store, 'one', 'two', 'three');
      const turnId = crypto.randomUUID();
      await store.append(id, [user('ask', turnId), answer('tell', turnId)]);
      const lines = (await store.exportSession(id)).trimEnd().split('\n');
      const [first = '', second = '', third = ''] = lines.slice(1);
      const check = async (line: number, changed: string[]) => {
        await assert.rejects(store.importSession(changed.join('\n')), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'import_invalid');
          assert.ok(error.message.includes(`Line ${line} `), error.message);
          return true;
        });
        assert.equal((await store.list()).length, 1);
      };
      await check(1, []);
      await check(1, lines.slice(1));
      await check(1, ['{', ...lines.slice(1)]);
      await check(2, lines.toSpliced(1, 1));
      await check(3, lines.toSpliced(2, 0, first));
      await check(3, lines.with(2, second.replace('"user"', '"nobody"')));
      await check(3, lines.with(2, second.slice(0, -1)));
      await check(
        4,
        lines.with(3, third.replace(/"parentId":"[^"]*"/, `"parentId":"${crypto.randomUUID()}"`)),
      );
      const again = { ...JSON.parse(lines[5] ?? ''), id: crypto.randomUUID(), seq: 6 };
      await check(7, [...lines, JSON.stringify(again)]);
    });
  });
