import assert from 'node:assert/strict';
import type { SessionStore } from '../../../../src/core/session/store.ts';
import { answer, filled, rewindTo, textsOf, title, user } from '../sqlite/samples.ts';
import type { Backend, NewBackend } from './backend.ts';

export const sessionsContract = (newBackend: NewBackend) =>
  describe('A store of sessions', function () {
    // Each write waits for the disk, which may be busy.
    this.timeout(30_000);
    let backend: Backend;
    let store: SessionStore;
    beforeEach(async () => {
      backend = await newBackend();
      store = await backend.open();
    });
    afterEach(() => backend.end());

    const again = async (): Promise<SessionStore> => {
      await store.close();
      return await backend.open();
    };

    it('lists title, times, size and door, also after a restart', async () => {
      const made = await store.create({ door: 'bridge', client: 'script' });
      const [first] = await store.append(made.id, [{ ...user('Why is the retry timer\nflaky?'), at: 5_000 }]);
      assert.ok(first);
      const [listed] = await (await again()).list();
      assert.deepEqual(
        { ...listed, createdAt: 0, updatedAt: 0, bytes: 0 },
        {
          id: made.id,
          workspaceId: 'w',
          title: 'Why is the retry timer',
          createdAt: 0,
          updatedAt: 0,
          door: 'bridge',
          client: 'script',
          entryCount: 1,
          bytes: 0,
          private: false,
          readOnly: false,
        },
      );
      assert.equal(listed?.createdAt, made.createdAt);
      assert.equal(listed?.updatedAt, made.createdAt, 'an older entry does not make a session older');
      assert.equal(listed?.bytes, Buffer.byteLength(JSON.stringify(first)));
    });

    it('knows what its answers took, of all branches, also after a restart', async () => {
      const { id } = await store.create({ door: 'panel' });
      const [first] = await store.append(id, [user('x', '00000000-0000-4000-8000-000000000001')]);
      assert.equal((await store.get(id))?.spent, undefined);
      const usage = { inputTokens: 10, outputTokens: 5, cacheCreationTokens: 3, cacheReadTokens: 2 };
      const paid = { ...answer('a', '00000000-0000-4000-8000-000000000001'), usage, costUsd: 0.25 };
      await store.append(id, [paid, rewindTo(first?.id ?? '')]);
      assert.deepEqual((await store.get(id))?.spent, { tokens: 20, costUsd: 0.25, costKnown: true });
      const turnId = '00000000-0000-4000-8000-000000000002';
      await store.append(id, [user('y', turnId), { ...answer('b', turnId), usage }]);
      const [listed] = await (await again()).list();
      assert.deepEqual(listed?.spent, { tokens: 40, costUsd: 0.25, costKnown: false });
    });

    it('lists the last used first, in pages', async () => {
      const ids: string[] = [];
      for (let at = 1; at <= 5; at++) {
        const { id } = await store.create({ door: 'panel' });
        await store.append(id, [{ ...user('x'), at: Date.now() + at * 1_000 }]);
        ids.unshift(id);
      }
      const page = await store.list({ limit: 2 });
      const next = await store.list({ limit: 9, before: page[1]?.updatedAt ?? 0 });
      assert.deepEqual(
        [...page, ...next].map(({ id }) => id),
        ids,
      );
    });

    it('renames by an entry, which an older input does not undo', async () => {
      const id = await filled(store, 'hello');
      await store.append(id, [title('Timers'), user('more')]);
      assert.equal((await store.get(id))?.title, 'Timers');
    });

    it('gives each entry its place, and keeps it as it was written', async () => {
      const { id } = await store.create({ door: 'panel' });
      const drafts = [user('one'), user('two')];
      const entries = await store.append(id, drafts);
      assert.deepEqual(
        entries,
        drafts.map((draft, at) => ({ ...draft, seq: at + 1, parentId: drafts[at - 1]?.id ?? null })),
      );
      assert.deepEqual(await (await again()).log(id), entries);
    });

    it('edits an input as a branch, and goes back, without losing the other branch', async () => {
      const { id } = await store.create({ door: 'panel' });
      const [question, reply] = await store.append(id, [user('first'), user('second')]);
      assert.ok(question && reply);
      const [edited] = await store.append(id, [{ ...user('second, edited'), parentId: question.id }]);
      assert.deepEqual(
        (await store.path(id)).map((entry) => entry.id),
        [question.id, edited?.id],
      );
      assert.deepEqual(
        (await store.path(id, { leafId: reply.id })).map((entry) => entry.id),
        [question.id, reply.id],
      );
      await store.append(id, [rewindTo(reply.id)]);
      assert.deepEqual(
        (await store.path(id)).map(({ kind }) => kind),
        ['user', 'user', 'rewind'],
      );
      assert.deepEqual(await textsOf(store, id), ['first', 'second', 'second, edited']);
    });

    it('reads a branch in pages from its end', async () => {
      const id = await filled(store, '1', '2', '3', '4', '5');
      const all = await store.path(id);
      assert.deepEqual(await store.path(id, { limit: 2 }), all.slice(3));
      assert.deepEqual(await store.path(id, { beforeId: all[3]?.id ?? '', limit: 2 }), all.slice(1, 3));
      assert.deepEqual(await store.log(id, { afterSeq: 2, limit: 2 }), all.slice(2, 4));
    });

    it('forks at an entry: the branch up to it, under a title of its own', async () => {
      const id = await filled(store, 'one', 'two');
      const [one] = await store.log(id);
      assert.ok(one);
      await store.append(id, [title('Old name')]);
      const named = (await store.path(id)).at(-1);
      const fork = await store.fork(id, one.id, { door: 'panel' });
      assert.deepEqual(fork.forkedFrom, { sessionId: id, entryId: one.id });
      assert.deepEqual(await store.log(fork.id), [one]);
      await store.append(fork.id, [user('elsewhere')]);
      assert.equal((await store.log(id)).length, 3);
      const renamed = await store.fork(id, named?.id ?? '', { door: 'panel', title: 'New name' });
      assert.equal(renamed.title, 'New name');
      assert.equal((await store.get(renamed.id))?.title, 'New name');
    });

    it('moves to the trash and back', async () => {
      const id = await filled(store, 'a harbour');
      await store.trash(id);
      assert.deepEqual(await store.list(), []);
      assert.deepEqual(await store.search('harbour'), []);
      const [trashed] = await store.list({ trashed: true });
      assert.ok(trashed?.id === id && trashed.trashedAt !== undefined);
      await store.restore(id);
      assert.equal((await store.list()).length, 1);
      assert.equal((await store.search('harbour')).length, 1);
    });

    it('keeps a draft for each session, also after a restart, until it is emptied', async () => {
      const id = await filled(store, 'x');
      const draft = {
        text: 'half a ques',
        attachments: [{ kind: 'file' as const, uri: 'file:///a', path: 'a', text: 'A' }],
        excluded: [{ id: 'file:file:///b', label: 'b' }],
        pinned: [{ entryId: crypto.randomUUID(), label: '2 November' }],
        replaced: [{ partId: 'memory:AGENTS.md', label: 'AGENTS.md', text: 'Be brief.' }],
        edits: [{ entryId: crypto.randomUUID(), text: 'asked better' }],
      };
      await store.setDraft(id, draft);
      store = await again();
      assert.deepEqual(await store.draft(id), draft);
      for (const part of ['excluded', 'pinned', 'replaced', 'edits'] as const) {
        const rest = { text: '', attachments: [], [part]: draft[part] };
        await store.setDraft(id, rest);
        assert.deepEqual(await store.draft(id), rest);
      }
      await store.setDraft(id, {
        text: '',
        attachments: [],
        excluded: [],
        pinned: [],
        replaced: [],
        edits: [],
      });
      assert.equal(await store.draft(id), undefined);
    });

    it('keeps what is attached to an input that waits, so that it can come back whole', async () => {
      const { id } = await store.create({ door: 'panel' });
      const by = { provider: 'p', model: 'm' };
      const attachments = [{ kind: 'file' as const, uri: 'file:///a', path: 'a', text: 'A' }];
      await store.submitTurn(user('first'), id, by);
      await store.submitTurn({ ...user('second'), attachments }, id, by);
      store = await again();
      assert.deepEqual(
        (await store.queue(id)).map((turn) => [turn.text, turn.attachments]),
        [['second', attachments]],
      );
    });

    it('finds words of whole transcripts: titles, inputs, answers; any case, accents and endings', async () => {
      const id = await filled(store, 'The Café by the harbour wall is closed');
      const other = await filled(store, 'nothing of the kind');
      await store.append(id, [
        answer('A lighthouse keeper answers', crypto.randomUUID()),
        title('Anchors aweigh'),
      ]);
      const found = async (query: string) => (await store.search(query)).map((hit) => hit.sessionId);
      assert.deepEqual(await found('cafe harb'), [id]);
      assert.deepEqual(await found('LIGHTHOUSE'), [id]);
      assert.deepEqual(await found('aweigh'), [id]);
      assert.deepEqual(await found('kind'), [other]);
      assert.deepEqual(await found('harbour lighthouse'), [], 'words of different entries');
      assert.deepEqual(await found('" OR *'), []);
      const [hit] = await store.search('harbour');
      assert.ok(hit?.snippet.includes('the \u0002harbour\u0003 wall'));
      store = await again();
      assert.deepEqual(await found('lighthouse'), [id]);
    });

    it('appends all or nothing, and says what is wrong', async () => {
      const id = await filled(store, 'one');
      const [one] = await store.log(id);
      const refused = async (drafts: Parameters<SessionStore['append']>[1], code: string) => {
        await assert.rejects(store.append(id, [user('good'), ...drafts]), { code });
        assert.deepEqual(await textsOf(store, id), ['one']);
      };
      await refused([{ ...user('bad'), at: -1 }], 'invalid_input');
      await refused([{ ...user('bad'), id: one?.id ?? '' }], 'invalid_input');
      await refused([{ ...user('bad'), parentId: crypto.randomUUID() }], 'not_found');
      await assert.rejects(store.append(crypto.randomUUID(), [user('x')]), { code: 'not_found' });
      await assert.rejects(store.create({ id, door: 'panel' }), { code: 'invalid_input' });
      const ending = answer('done', crypto.randomUUID());
      await refused([ending, { ...ending, id: crypto.randomUUID() }], 'invalid_input');
    });
  });
