import assert from 'node:assert/strict';
import type { EntryDraft, FrameBody } from '../../../../src/protocol/entries.ts';
import { answer, rewindTo, user } from '../../store/sqlite/samples.ts';
import { idle, type RecallWindow, Windows } from './recalling.ts';

const emptyBody: FrameBody = {
  goals: [],
  decisions: [],
  facts: [],
  entities: [],
  files: [],
  failed: [],
  openSteps: [],
  preferences: [],
};

const mark = () => ({ id: crypto.randomUUID(), at: Date.now(), door: 'core' as const });
type FrameDraft = Extract<EntryDraft, { kind: 'frame' }>;

const frame = (fromId: string, toId: string, more: Partial<FrameDraft> = {}): FrameDraft => ({
  ...mark(),
  kind: 'frame',
  covers: { fromId, toId },
  method: 'extractive',
  active: true,
  body: emptyBody,
  ...more,
});

describe('Recall', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  let windows: Windows;
  let window: RecallWindow;
  beforeEach(() => {
    windows = new Windows();
    window = windows.window();
  });
  afterEach(() => windows.end());

  async function session(...drafts: EntryDraft[]): Promise<string> {
    const { id } = await window.store.create({ door: 'panel' });
    if (drafts.length > 0) await window.store.append(id, drafts);
    return id;
  }

  it('finds a turn by its words as soon as it is acknowledged, with what was found', async () => {
    const id = await session(user('The pangolin sleeps in the attic'));
    const asked = user('Never mind');
    await window.store.append(id, [asked, answer('Fine', asked.turnId)]);
    const [hit, ...more] = await window.hits(id, 'Where does the Pangolin sleep?');
    const [entry] = await window.store.log(id);
    assert.deepEqual(
      [hit?.sessionId, hit?.entryId, hit?.at, hit?.role, hit?.why, hit?.terms, more],
      [id, entry?.id, entry?.at, 'user', 'words', ['Pangolin', 'sleep'], []],
    );
    await window.store.append(id, [user('An ocelot came by')]);
    assert.equal((await window.ids(id, 'ocelot')).length, 1);
  });

  const said: { what: string; draft: EntryDraft; asked: string; role: string }[] = [
    {
      what: 'an answer',
      draft: answer('It is an axolotl', crypto.randomUUID()),
      asked: 'axolotl',
      role: 'assistant',
    },
    {
      what: 'the path of an attachment',
      draft: {
        ...user('Look at this'),
        attachments: [{ kind: 'file', uri: 'file:///a', path: 'src/numbat.ts', text: 'wombat inside' }],
      },
      asked: 'numbat',
      role: 'user',
    },
    {
      what: 'what a tool gave back',
      draft: {
        ...mark(),
        kind: 'tool_result',
        turnId: crypto.randomUUID(),
        results: [
          { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'echidna.log' }] },
        ],
      },
      asked: 'echidna',
      role: 'tool',
    },
  ];
  for (const { what, draft, asked, role } of said) {
    it(`finds ${what}`, async () => {
      const id = await session(user('first'), draft);
      const hits = await window.hits(id, asked);
      assert.deepEqual(
        hits.map((hit) => [hit.entryId, hit.role]),
        [[draft.id, role]],
      );
    });
  }

  it('does not find the text of attachments, nor the far end of what a tool gave back', async () => {
    const id = await session(
      {
        ...user('Look'),
        attachments: [{ kind: 'file', uri: 'file:///a', path: 'a.ts', text: 'wombat' }],
      },
      {
        ...mark(),
        kind: 'tool_result',
        turnId: crypto.randomUUID(),
        results: [
          {
            type: 'tool_result',
            tool_use_id: 't',
            content: [{ type: 'text', text: `${'x '.repeat(9_000)}quoll` }],
          },
        ],
      },
    );
    assert.deepEqual(await window.ids(id, 'wombat quoll'), []);
  });

  it('finds only what stands on the branch that is asked about', async () => {
    const first = user('the root speaks of a dugong');
    const thrownAway = user('dugong thrown away');
    const id = await session(first, thrownAway);
    await window.store.append(id, [rewindTo(first.id)]);
    const kept = user('dugong kept');
    await window.store.append(id, [kept]);
    assert.deepEqual((await window.ids(id, 'dugong')).sort(), [first.id, kept.id].sort());
    assert.deepEqual(
      (await window.ids(id, 'dugong', { leafId: thrownAway.id })).sort(),
      [first.id, thrownAway.id].sort(),
    );
    assert.deepEqual(await window.ids(id, 'dugong', { leafId: first.id }), [first.id]);
  });

  it('leaves out what is in the context anyway, and gives no more than is asked for', async () => {
    const drafts = Array.from({ length: 5 }, (_, at) => user(`narwhal ${'and more '.repeat(at)}`));
    const id = await session(...drafts);
    const all = await window.ids(id, 'narwhal');
    assert.equal(all.length, 5);
    const [first = ''] = all;
    assert.deepEqual(await window.ids(id, 'narwhal', { except: [first] }), all.slice(1));
    assert.deepEqual(await window.ids(id, 'narwhal', { limit: 2 }), all.slice(0, 2));
  });

  it('finds an entry by what was noted of it, and says so', async () => {
    const [one, two] = [user('We take the second one'), user('Agreed')];
    const id = await session(one, two);
    const notes = [{ entryId: one.id, text: 'Chose Postgres over SQLite for the billing service' }];
    await window.store.append(id, [frame(one.id, two.id, { notes })]);
    const hits = await window.hits(id, 'Which database does billing use? Postgres?');
    assert.deepEqual(
      hits.map(({ entryId, role, why }) => [entryId, role, why]),
      [[one.id, 'user', 'note']],
    );
    assert.deepEqual(await window.ids(id, 'Postgres', { except: [one.id] }), []);
  });

  it('finds a frame and counts it for the entries it covers', async () => {
    const [one, two, after] = [user('first thing'), user('second thing'), user('later')];
    const id = await session(one, two, after);
    const made = frame(one.id, two.id, { body: { ...emptyBody, facts: ['The capybara lives at the lake'] } });
    await window.store.append(id, [made]);
    const hits = await window.hits(id, 'capybara');
    assert.deepEqual(
      hits.map(({ entryId, role, why }) => [entryId, role, why]),
      [
        [made.id, 'frame', 'note'],
        [one.id, 'user', 'note'],
        [two.id, 'user', 'note'],
      ],
    );
  });

  it('finds a frame as it stands now: not what it said before an edit, nor when it is off', async () => {
    const one = user('first thing');
    const id = await session(one);
    const facts = (text: string) => ({ body: { ...emptyBody, facts: [text] } });
    const made = frame(one.id, one.id, facts('a capybara'));
    const edited = frame(one.id, one.id, { ...facts('a tapir'), replacesId: made.id });
    await window.store.append(id, [made, edited]);
    assert.equal((await window.ids(id, 'capybara')).includes(made.id), false);
    assert.deepEqual((await window.ids(id, 'tapir')).sort(), [edited.id, one.id].sort());
    const off = frame(one.id, one.id, { ...facts('a tapir'), replacesId: edited.id, active: false });
    await window.store.append(id, [off]);
    const found = await window.hits(id, 'tapir');
    assert.deepEqual(
      found.filter(({ role }) => role === 'frame'),
      [],
    );
  });

  it('finds a frame on every branch that holds what it covers, wherever it was appended', async () => {
    const [one, two] = [user('first thing'), user('second thing')];
    const id = await session(one, two);
    const made = frame(one.id, one.id, { body: { ...emptyBody, facts: ['a capybara'] } });
    await window.store.append(id, [made, rewindTo(one.id)]);
    assert.deepEqual((await window.ids(id, 'capybara')).sort(), [made.id, one.id].sort());
    const other = { ...user('another beginning'), parentId: null };
    await window.store.append(id, [other]);
    assert.deepEqual(await window.ids(id, 'capybara'), []);
  });

  it('looks into the other sessions of the workspace when that is allowed, but for those in the trash', async () => {
    const own = await session(user('Nothing here'));
    const other = await session(user('A kakapo was seen'));
    const trashed = await session(user('Another kakapo'));
    await window.store.trash(trashed);
    assert.deepEqual(await window.ids(own, 'kakapo'), []);
    const hits = await window.hits(own, 'kakapo', { scope: 'workspace' });
    assert.deepEqual(
      hits.map(({ sessionId }) => sessionId),
      [other],
    );
    await window.store.restore(trashed);
    assert.equal((await window.ids(own, 'kakapo', { scope: 'workspace' })).length, 2);
  });

  it('gives an entry once that a fork has too, as one of the session that asks', async () => {
    const one = user('A kakapo was seen');
    const id = await session(one);
    const fork = await window.store.fork(id, one.id, { door: 'panel' });
    const hits = await window.hits(fork.id, 'kakapo', { scope: 'workspace' });
    assert.deepEqual(
      hits.map(({ sessionId, entryId }) => [sessionId, entryId]),
      [[fork.id, one.id]],
    );
    assert.deepEqual(await window.ids(fork.id, 'kakapo', { scope: 'workspace', except: [one.id] }), []);
  });

  it('keeps nothing of a private session, which others do not see', async () => {
    const { id } = await window.store.create({ door: 'panel', private: true });
    await window.store.append(id, [user('secret okapi'), ...idle(200)]);
    const own = await session(user('Nothing here'));
    assert.deepEqual((await window.ids(id, 'okapi')).length, 1);
    assert.deepEqual(await window.ids(own, 'okapi', { scope: 'workspace' }), []);
    await window.store.append(own, idle(64));
    assert.deepEqual(await window.ids(own, 'okapi'), []);
    await windows.kept(own, 65);
    assert.deepEqual(windows.filesWith('okapi'), []);
  });

  it('finds nothing in a session that there is not, and nothing for no words', async () => {
    const id = await session(user('words'));
    assert.deepEqual(await window.ids(crypto.randomUUID(), 'words'), []);
    assert.deepEqual(await window.ids(id, ''), []);
    assert.deepEqual(await window.ids(await session(), 'words'), []);
    assert.deepEqual(window.lines, []);
  });

  it('answers with nothing at once when the question is taken back', async () => {
    const id = await session(user('words'));
    const abort = new AbortController();
    const answered = window.ids(id, 'words', { signal: abort.signal });
    abort.abort();
    assert.deepEqual(await answered, []);
    assert.deepEqual(await window.ids(id, 'words', { signal: abort.signal }), []);
  });

  it('looks into related workspaces too, each in its own database', async () => {
    const related = windows.open(undefined, `${windows.folder}/related.db`);
    const wide = windows.windowOn([window.store, related]);
    const own = await session(user('An aardvark'));
    const { id } = await related.create({ door: 'panel' });
    await related.append(id, [user('Another aardvark')]);
    assert.equal((await wide.ids(own, 'aardvark', { scope: 'workspace' })).length, 2);
    assert.equal((await wide.ids(id, 'aardvark')).length, 1);
  });
});
