import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SessionStore } from '../../../../src/core/session/store.ts';
import type { Entry, EntryDraft, UserEntryDraft } from '../../../../src/protocol/entries.ts';
import { draft } from '../sqlite/entries.ts';
import { answer, by, user } from '../sqlite/samples.ts';
import type { NewBackend } from './backend.ts';

/** What the store should hold, said in arrays. */
interface Session {
  entries: Entry[];
  title: string;
  trashed: boolean;
  live: UserEntryDraft | undefined;
  queue: UserEntryDraft[];
  draftText: string | undefined;
}
interface Model {
  /** In the order in which they were made. */
  sessions: Map<string, Session>;
}
/** Two windows on one database: each command goes through one of them. */
interface Real {
  stores: SessionStore[];
  reopen(at: number): Promise<void>;
}

type Command = fc.AsyncCommand<Model, Real>;

const place = (session: Session, value: EntryDraft): Entry =>
  ({
    ...value,
    parentId: value.parentId === undefined ? (session.entries.at(-1)?.id ?? null) : value.parentId,
    seq: session.entries.length + 1,
  }) as Entry;

/** A command on one of the sessions there are; `run` gets it, and one of the two windows. */
const on = (
  name: string,
  pick: number,
  window: number,
  isPossible: (session: Session) => boolean,
  run: (store: SessionStore, id: string, session: Session, model: Model) => Promise<void>,
): Command => {
  const chosen = ({ sessions }: Model) => {
    const possible = [...sessions].filter(([, session]) => isPossible(session));
    return possible[pick % Math.max(possible.length, 1)];
  };
  return {
    check: (model) => chosen(model) !== undefined,
    async run(model, { stores }) {
      const [id, session] = chosen(model) ?? assert.fail();
      const store = stores[window] ?? assert.fail();
      await run(store, id, session, model);
      const shown = await store.get(id);
      if (!model.sessions.has(id)) return assert.equal(shown, undefined);
      assert.deepEqual(
        [shown?.entryCount, shown?.title, shown?.trashedAt !== undefined],
        [session.entries.length, session.title, session.trashed],
      );
    },
    toString: () => `${name}(${pick}, window ${window})`,
  };
};

const retitled = (session: Session, entries: readonly Entry[]): void => {
  for (const entry of entries) if (entry.kind === 'title') session.title = entry.title;
};

const drawn = fc.tuple(fc.nat(20), fc.integer({ min: 0, max: 1 }));
const any = () => true;
const commands: fc.Arbitrary<Command>[] = [
  fc.integer({ min: 0, max: 1 }).map((window) => ({
    check: () => true,
    async run({ sessions }, { stores }) {
      const { id } = await (stores[window] ?? assert.fail()).create({ door: 'panel', title: 'made' });
      sessions.set(id, {
        entries: [],
        title: 'made',
        trashed: false,
        live: undefined,
        queue: [],
        draftText: undefined,
      });
    },
    toString: () => `create(window ${window})`,
  })),
  fc
    .tuple(drawn, fc.array(fc.tuple(draft, fc.option(fc.nat())), { minLength: 1, maxLength: 3 }))
    .map(([[pick, window], values]) =>
      on('append', pick, window, any, async (store, id, session) => {
        const drafts = values.map(
          ([value, parent]): EntryDraft =>
            parent === null || session.entries.length === 0
              ? value
              : { ...value, parentId: session.entries[parent % session.entries.length]?.id ?? null },
        );
        const appended = await store.append(id, drafts);
        for (const [at, value] of drafts.entries()) {
          const expected = place(session, value);
          assert.deepEqual(appended[at], expected);
          session.entries.push(expected);
        }
        retitled(session, appended);
      }),
    ),
  fc.tuple(drawn, fc.nat()).map(([[pick, window], at]) =>
    on(
      'fork',
      pick,
      window,
      ({ entries }) => entries.length > 0,
      async (store, id, session, model) => {
        const entry = session.entries[at % session.entries.length] ?? assert.fail();
        const byId = new Map(session.entries.map((each) => [each.id, each]));
        const branch: Entry[] = [];
        for (let each: Entry | undefined = entry; each; each = byId.get(each.parentId ?? ''))
          branch.unshift(each);
        assert.deepEqual(await store.path(id, { leafId: entry.id }), branch);
        const links = branch.map(({ id: of, kind }) => ({ id: of, kind }));
        assert.deepEqual(await store.lineage(id, { leafId: entry.id }), links);
        assert.deepEqual(
          await store.lineage(id, { beforeId: entry.id, limit: 2 }),
          links.slice(0, -1).slice(-2),
        );
        const fork = await store.fork(id, entry.id, { door: 'panel', title: 'fork' });
        const entries = branch.map((each, index) => ({ ...each, seq: index + 1 }));
        model.sessions.set(fork.id, {
          entries,
          title: 'fork',
          trashed: false,
          live: undefined,
          queue: [],
          draftText: undefined,
        });
        assert.deepEqual(await store.log(fork.id), entries);
      },
    ),
  ),
  drawn.map(([pick, window]) =>
    on(
      'trash',
      pick,
      window,
      ({ trashed }) => !trashed,
      async (store, id, session) => {
        await store.trash(id);
        session.trashed = true;
      },
    ),
  ),
  drawn.map(([pick, window]) =>
    on(
      'restore',
      pick,
      window,
      ({ trashed }) => trashed,
      async (store, id, session) => {
        await store.restore(id);
        session.trashed = false;
      },
    ),
  ),
  drawn.map(([pick, window]) =>
    on('purge', pick, window, any, async (store, id, _, model) => {
      await store.purge(id);
      model.sessions.delete(id);
    }),
  ),
  fc.tuple(drawn, fc.string({ unit: 'grapheme' })).map(([[pick, window], text]) =>
    on('draft', pick, window, any, async (store, id, session) => {
      await store.setDraft(id, { text, attachments: [] });
      session.draftText = text === '' ? undefined : text;
    }),
  ),
  drawn.map(([pick]) =>
    // Turns are of the window that began them, so that all are begun in the first.
    on('submit', pick, 0, any, async (store, id, session) => {
      const turn = user('ask');
      const { state } = await store.submitTurn(turn, id, by);
      const isFree = session.live === undefined && session.queue.length === 0;
      assert.equal(state, isFree ? 'live' : 'queued');
      if (!isFree) return void session.queue.push(turn);
      session.live = turn;
      session.entries.push(place(session, turn));
    }),
  ),
  drawn.map(([pick]) =>
    on(
      'finish',
      pick,
      0,
      ({ live }) => live !== undefined,
      async (store, _, session) => {
        const { turnId } = session.live ?? assert.fail();
        const ended = answer('told', turnId);
        await store.finishTurn(turnId, ended);
        session.live = undefined;
        session.entries.push(place(session, ended));
      },
    ),
  ),
  drawn.map(([pick]) =>
    on('promote', pick, 0, any, async (store, id, session) => {
      const next = session.live ? undefined : session.queue.shift();
      assert.equal((await store.promote(id))?.id, next?.id);
      if (!next) return;
      session.live = next;
      session.entries.push(place(session, next));
    }),
  ),
  drawn.map(([pick, window]) =>
    on(
      'withdraw',
      pick,
      window,
      ({ queue }) => queue.length > 0,
      async (store, _, session) => {
        const turn = session.queue.pop() ?? assert.fail();
        assert.equal(await store.withdraw(turn.turnId), true);
        assert.equal(await store.withdraw(turn.turnId), false);
      },
    ),
  ),
  fc.constant({
    check: () => true,
    run: async (_, real) => real.reopen(1),
    toString: () => 'reopen(window 1)',
  }),
];

export const modelContract = (newBackend: NewBackend, runs: number) =>
  describe('The store, whatever is done in two windows', function () {
    this.timeout(120_000);

    it('holds what a simple model holds', async () => {
      await fc.assert(
        fc.asyncProperty(fc.commands(commands, { maxCommands: 40 }), async (run) => {
          const backend = await newBackend();
          const model: Model = { sessions: new Map() };
          const stores = [await backend.open(), await backend.open()];
          const real: Real = {
            stores,
            async reopen(at) {
              await stores[at]?.close();
              stores[at] = await backend.open();
            },
          };
          try {
            await fc.asyncModelRun(() => ({ model, real }), run);
            for (const store of stores) await checkAll(store, model);
          } finally {
            await backend.end();
          }
        }),
        { numRuns: runs },
      );
    });
  });

async function checkAll(store: SessionStore, { sessions }: Model): Promise<void> {
  const listed = [...(await store.list()), ...(await store.list({ trashed: true }))];
  assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set(sessions.keys()));
  for (const [id, session] of sessions) {
    assert.deepEqual(await store.log(id), session.entries);
    const links = session.entries.map(({ id: of, kind, parentId, seq }) => ({ id: of, kind, parentId, seq }));
    assert.deepEqual(await store.links(id), links);
    assert.deepEqual(await store.links(id, { afterSeq: 1, limit: 2 }), links.slice(1, 3));
    assert.equal((await store.draft(id))?.text, session.draftText);
    assert.equal((await store.liveTurn(id))?.turnId, session.live?.turnId);
    assert.deepEqual(
      (await store.queue(id)).map(({ turnId }) => turnId),
      session.queue.map(({ turnId }) => turnId),
    );
  }
}
