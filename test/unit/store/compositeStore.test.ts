import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { SessionStore, StoreChange } from '../../../src/core/session/store.ts';
import type { AssistantEntryDraft, EntryDraft, UserEntryDraft } from '../../../src/protocol/entries.ts';
import { CompositeStore } from '../../../src/store/compositeStore.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { workerUrl } from '../../support/core.ts';

const by = { provider: 'anthropic', model: 'claude' };

const user = (text: string, turnId: string = crypto.randomUUID()): UserEntryDraft => ({
  kind: 'user',
  id: crypto.randomUUID(),
  turnId,
  at: Date.now(),
  door: 'panel',
  content: [{ type: 'text', text }],
  grounding: 'off',
});
const answer = (text: string, turnId: string): AssistantEntryDraft => ({
  kind: 'assistant',
  id: crypto.randomUUID(),
  turnId,
  at: Date.now(),
  door: 'core',
  ...by,
  content: [{ type: 'text', text }],
  outcome: 'done',
});
const title = (text: string): EntryDraft => ({
  kind: 'title',
  id: crypto.randomUUID(),
  at: Date.now(),
  door: 'panel',
  title: text,
});

describe('several stores seen as one', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  let root: string;
  let own: SessionStore;
  let other: SessionStore;
  let both: CompositeStore;
  const opened: SessionStore[] = [];

  const open = (name: string): SessionStore => {
    const store = openSessionStore({
      file: join(root, `${name}.db`),
      workspaceId: name,
      workerUrl: workerUrl('store'),
    });
    opened.push(store);
    return store;
  };
  const titles = async (store: SessionStore) => (await store.list()).map((session) => session.title);
  const add = async (store: SessionStore, name: string) => store.create({ door: 'panel', title: name });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'causeway-composite-'));
    own = open('own');
    other = open('other');
    both = new CompositeStore(own, [other]);
  });
  afterEach(async () => {
    await Promise.allSettled([both.close(), ...opened.splice(0).map((store) => store.close())]);
    rmSync(root, { recursive: true });
  });

  it('list the sessions of all, newest first, and say which workspace each belongs to', async () => {
    const [a, b, c] = [await add(own, 'a'), await add(other, 'b'), await add(own, 'c')];
    for (const session of [c, b, a]) await both.append(session.id, [title(`${session.title}!`)]);
    assert.deepEqual(await titles(both), ['a!', 'b!', 'c!']);
    assert.deepEqual(
      (await both.list()).map(({ workspaceId }) => workspaceId),
      ['own', 'other', 'own'],
    );
  });

  it('put new and imported sessions into the first', async () => {
    const made = await both.create({ door: 'panel', title: 'new' });
    const exported = await both.exportSession((await add(other, 'elsewhere')).id);
    const imported = await both.importSession(exported);
    assert.deepEqual([made.workspaceId, imported.workspaceId], ['own', 'own']);
    assert.deepEqual((await titles(own)).length, 2);
  });

  it('give an imported session another id when any of them has it', async () => {
    const { id } = await add(other, 'elsewhere');
    await other.append(id, [title('elsewhere'), user('hello')]);
    const exported = await both.exportSession(id);
    for (const given of [exported, new TextEncoder().encode(exported)]) {
      const imported = await both.importSession(given);
      assert.notEqual(imported.id, id);
      assert.deepEqual(
        (await both.log(imported.id)).map((entry) => entry.id),
        (await both.log(id)).map((entry) => entry.id),
      );
      await both.purge(imported.id);
    }
    await both.purge(id);
    assert.equal((await both.importSession(exported)).id, id, 'the id is kept where it is free');
    await assert.rejects(both.importSession('{"id":"'), { code: 'import_invalid' });
  });

  it('do all that concerns a session where it is', async () => {
    const session = await add(other, 'b');
    const turnId = crypto.randomUUID();
    const submitted = await both.submitTurn(user('question', turnId), session.id, by);
    assert.equal(submitted.state, 'live');
    const waiting = await both.submitTurn(user('later'), session.id, by);
    assert.equal(waiting.state, 'queued');
    assert.equal((await both.queue(session.id)).length, 1);
    assert.equal(await both.checkpoint(turnId, [{ type: 'text', text: 'so f' }]), true);
    assert.equal((await both.liveTurn(session.id))?.turnId, turnId);
    await both.appendInTurn(turnId, [title('renamed')]);
    await both.finishTurn(turnId, answer('so far and no further', turnId));
    const promoted = await both.promote(session.id);
    assert.ok(promoted);
    await both.finishTurn(promoted.turnId, answer('done', promoted.turnId));
    await both.setDraft(session.id, { text: 'draft', attachments: [] });

    const entries = await other.log(session.id);
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      ['user', 'title', 'assistant', 'user', 'assistant'],
    );
    const [first] = entries;
    assert.ok(first);
    assert.deepEqual(await both.entry(session.id, first.id), first);
    assert.deepEqual(await both.path(session.id), await other.path(session.id));
    assert.deepEqual(await both.get(session.id), await other.get(session.id));
    assert.deepEqual(await both.draft(session.id), { text: 'draft', attachments: [] });
    assert.equal((await both.fork(session.id, first.id, { door: 'panel' })).workspaceId, 'other');
    await both.trash(session.id);
    assert.deepEqual(
      (await both.list({ trashed: true }))
        .filter(({ trashedAt }) => trashedAt !== undefined)
        .map(({ id }) => id),
      [session.id],
    );
    await both.restore(session.id);
    await both.purge(session.id);
    assert.equal(await other.get(session.id), undefined);
    assert.equal((await own.list()).length, 0);
  });

  it('take back a queued turn wherever it waits, also of another window', async () => {
    const session = await add(other, 'b');
    const [live, queued] = [user('question'), user('later')];
    await other.submitTurn(live, session.id, by);
    await other.submitTurn(queued, session.id, by);
    assert.equal(await both.withdraw(queued.turnId), true);
    assert.equal(await both.withdraw(queued.turnId), false);
    assert.deepEqual(await both.queue(session.id), []);
  });

  it('find words in all, the best of each first', async () => {
    for (const store of [own, other]) {
      const session = await add(store, 'x');
      await store.append(session.id, [user('the harbour wall')]);
      await store.append(session.id, [user('nothing of the kind')]);
    }
    const hits = await both.search('harbour');
    assert.equal(hits.length, 2);
    assert.equal(new Set(hits.map(({ sessionId }) => sessionId)).size, 2);
    assert.equal((await both.search('harbour', { limit: 1 })).length, 1);
    assert.deepEqual(await both.search('lighthouse'), []);
  });

  it('are all unlocked together', async () => {
    const key = new Uint8Array(32).fill(7);
    await both.list();
    // Another window, which has them open too.
    for (const name of ['own', 'other']) await open(name).setEncryption(key);
    const status = await both.unlock(key);
    assert.deepEqual([status.mode, status.encrypted], ['normal', true]);
  });

  it('tell what happens in each', async () => {
    const session = await add(other, 'b');
    const seen = new Promise<StoreChange>((resolve) => {
      both.onDidChange((change) => {
        if (change.type === 'appended') resolve(change);
      });
    });
    await other.append(session.id, [title('c')]);
    const change = await seen;
    assert.ok(change.type === 'appended' && change.sessionId === session.id);
  });

  it('go on without one that cannot be read, and say so once', async () => {
    mkdirSync(join(root, 'broken.db'));
    both.add(open('broken'));
    const notices: string[] = [];
    both.onDidChange((change) => {
      if (change.type === 'notice') notices.push(change.notice.code);
    });
    await add(own, 'a');
    const { id } = await add(other, 'b');
    assert.deepEqual((await titles(both)).sort(), ['a', 'b']);
    assert.deepEqual((await titles(both)).sort(), ['a', 'b']);
    assert.equal((await both.get(id))?.title, 'b');
    assert.deepEqual(await both.search('nothing'), []);
    assert.equal((await both.status()).mode, 'normal');
    assert.equal(notices.length, 1);
  });

  it('say that a session is nowhere in the words of the first', async () => {
    assert.equal(await both.get(crypto.randomUUID()), undefined);
    await assert.rejects(both.append(crypto.randomUUID(), [title('x')]), { code: 'not_found' });
  });

  it('are all encrypted together', async () => {
    await both.setEncryption(new Uint8Array(32).fill(7));
    assert.deepEqual([(await own.status()).encrypted, (await other.status()).encrypted], [true, true]);
  });

  it('count as encrypted when each is, and those still in plain are encrypted when asked', async () => {
    await own.setEncryption(new Uint8Array(32).fill(7));
    assert.deepEqual([(await both.status()).encrypted, (await own.status()).encrypted], [false, true]);
    const entries = await add(other, 'in plain');
    await both.setEncryption(new Uint8Array(32).fill(7));
    assert.equal((await both.status()).encrypted, true);
    assert.deepEqual([(await own.status()).encrypted, (await other.status()).encrypted], [true, true]);
    assert.equal((await both.get(entries.id))?.title, 'in plain');
    await both.setEncryption(new Uint8Array(32).fill(8));
    await both.setEncryption(undefined);
    assert.deepEqual([(await own.status()).encrypted, (await other.status()).encrypted], [false, false]);
  });

  it('page through all sessions without leaving one out, however they are spread', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 4 }),
        async (places, limit) => {
          const made: string[] = [];
          for (const isOwn of places) {
            const { id } = await add(isOwn ? own : other, 'x');
            await both.append(id, [{ ...title('x'), at: 1_000 + made.length }]);
            made.push(id);
          }
          const paged: string[] = [];
          let before: number | undefined;
          for (;;) {
            const page = await both.list({ limit, ...(before === undefined ? {} : { before }) });
            if (page.length === 0) break;
            paged.push(...page.map(({ id }) => id));
            before = page.at(-1)?.updatedAt;
          }
          assert.deepEqual(paged, made.toReversed());
          for (const id of made) await both.purge(id);
        },
      ),
      { numRuns: 12 },
    );
  });
});
