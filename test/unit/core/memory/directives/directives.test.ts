import assert from 'node:assert/strict';
import { estimateTokens } from '../../../../../src/core/context/tokens.ts';
import { pinnedCeiling, relief } from '../../../../../src/core/memory/directives/pinned.ts';
import type { SessionDirective } from '../../../../../src/core/memory/directives/project.ts';
import type { UserDirectives } from '../../../../../src/core/ports.ts';
import type { StoreChange } from '../../../../../src/core/session/store.ts';
import type { EntryDraft } from '../../../../../src/protocol/entries.ts';
import { startCore, type TestCore } from '../../../../support/core.ts';
import { answerFrames, ask, closed, frameAnswer, reopened } from '../talk.ts';

describe('Standing instructions', () => {
  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    sessionId = (await core.store.create({ door: 'panel' })).id;
  });
  afterEach(() => closed(core));

  /** Says these in turns of their own, and waits until each was read. */
  async function say(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await ask(core, sessionId, text);
      await core.engine.memory.idle(sessionId);
    }
  }

  /** `confirmed cue Always answer in German.`, in order, overridden ones in brackets. */
  async function standing(): Promise<string[]> {
    const { directives } = await core.engine.memory.view(sessionId);
    return directives.map(({ text, state, origin, overriddenBy }) => {
      const line = `${state} ${origin} ${text}`;
      return overriddenBy === undefined ? line : `[${line}]`;
    });
  }

  it('are known from the turn they were said in, with that turn as their source', async () => {
    await say('Why is it slow? Always answer in German.');
    assert.deepEqual(await standing(), ['confirmed cue Always answer in German.']);
    const [directive] = (await core.engine.memory.view(sessionId)).directives;
    const [user] = await core.store.path(sessionId);
    assert.equal(directive?.sourceId, user?.id);
  });

  it('are candidates by softer words until they are said again', async () => {
    await say('I prefer short functions.');
    assert.deepEqual(await standing(), ['candidate cue I prefer short functions.']);
    await say('Hm. I prefer short functions!');
    assert.deepEqual(await standing(), ['confirmed cue I prefer short functions.']);
  });

  it('are overridden by later ones on the same matter, and come back when those are removed', async () => {
    await say('Always answer in German.', 'From now on answer in English, please.');
    assert.deepEqual(await standing(), [
      '[confirmed cue Always answer in German.]',
      'confirmed cue From now on answer in English, please.',
    ]);
    const [, later] = (await core.engine.memory.view(sessionId)).directives;
    await core.engine.memory.changeDirective(
      sessionId,
      later?.directiveId ?? '',
      { state: 'removed' },
      'panel',
    );
    assert.deepEqual((await standing())[0], 'confirmed cue Always answer in German.');
  });

  it('are one however often they are said, in a session that was exported and imported too', async () => {
    await say('Always answer in German.', 'I said it: always answer in German.', 'Always answer in German!');
    assert.equal((await core.store.ofKinds(sessionId, ['directive'])).length, 1);
    const copy = await core.store.importSession(await core.store.exportSession(sessionId));
    await core.engine.memory.idle(copy.id);
    assert.equal((await core.store.ofKinds(copy.id, ['directive'])).length, 1);
  });

  it('are found in a long session that is imported, whose entries are not told one by one', async () => {
    const said = (text: string, at: number): EntryDraft => ({
      id: crypto.randomUUID(),
      at,
      door: 'cli',
      kind: 'user',
      turnId: crypto.randomUUID(),
      content: [{ type: 'text', text }],
      grounding: 'off',
    });
    const texts = Array.from({ length: 600 }, (_, at) =>
      at === 299 ? 'Always answer in German.' : `${at}?`,
    );
    await core.store.append(sessionId, texts.map(said));
    const told: StoreChange[] = [];
    const subscription = core.store.onDidChange((change) => told.push(change));
    const copy = await core.store.importSession(await core.store.exportSession(sessionId));
    await core.engine.memory.idle(copy.id);
    subscription.dispose();
    assert.equal(told.filter(({ type }) => type === 'imported').length, 1);
    const appended = told.flatMap((change) => (change.type === 'appended' ? change.entries : []));
    assert.deepEqual(
      appended.filter(({ kind }) => kind === 'user'),
      [],
    );
    const directives = await core.store.ofKinds(copy.id, ['directive']);
    assert.deepEqual(
      directives.map(({ text }) => text),
      ['Always answer in German.'],
    );
  });

  it('hold again when they are said again after being overridden', async () => {
    await say(
      'Always answer in German.',
      'From now on answer in English, please.',
      'Always answer in German.',
    );
    assert.deepEqual(await standing(), [
      'confirmed cue Always answer in German.',
      '[confirmed cue From now on answer in English, please.]',
    ]);
  });

  it('are taken from what a model noted at compaction, as candidates', async () => {
    core.settings.compaction = 'model';
    const instructions = [{ turn: 1, text: 'Dates as ISO 8601 in all reports' }];
    answerFrames(core.fake, frameAnswer({ instructions }));
    await ask(core, sessionId, 'Reports of ours have dates as ISO 8601.');
    await ask(core, sessionId, 'And now?');
    await core.engine.memory.compact(sessionId, 'panel');
    assert.deepEqual(await standing(), ['candidate model Dates as ISO 8601 in all reports']);
  });

  it('are read when their turn goes into a frame, if nobody read them before', async () => {
    const at = { at: 5, door: 'panel' as const };
    const turnId = crypto.randomUUID();
    const text = 'Always answer in German.';
    await core.store.append(sessionId, [
      {
        ...at,
        id: crypto.randomUUID(),
        kind: 'user',
        turnId,
        grounding: 'off',
        content: [{ type: 'text', text }],
      },
    ]);
    // Whoever took the input is gone before it was read.
    core = await reopened(core);
    await ask(core, sessionId, 'And now?');
    await ask(core, sessionId, 'And then?');
    await core.engine.memory.compact(sessionId, 'panel');
    assert.deepEqual(await standing(), ['confirmed cue Always answer in German.']);
  });

  it('stay within their budget however many there are, and none is lost from the list', async () => {
    const letters = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa'];
    const colours = ['red', 'green', 'blue', 'white', 'black', 'brown', 'pink', 'grey', 'gold', 'silver'];
    const about = (n: number) => `${letters[n % 10]} ${colours[Math.floor(n / 10)]}`;
    const all = Array.from(
      { length: 100 },
      (_, n) => `Always mention ${about(n)} when you write reports of section ${n}.`,
    );
    await ask(core, sessionId, all.join('\n\nAnd besides.\n\n'));
    await core.engine.memory.idle(sessionId);
    const { directives } = await core.engine.memory.view(sessionId);
    const pinned = directives.filter((one) => one.state === 'confirmed' && one.overriddenBy === undefined);
    const tokens = pinned.reduce((sum, { text }) => sum + estimateTokens(text), 0);
    assert.ok(tokens > 0 && tokens <= pinnedCeiling, `${tokens} tokens`);
    for (const text of all)
      assert.ok(
        directives.some((one) => one.text.includes(text)),
        text,
      );
    // What was merged or taken out of every request says why.
    const relieved = (await core.store.ofKinds(sessionId, ['directive'])).filter(
      ({ state, mergedIds }) => state === 'candidate' || mergedIds !== undefined,
    );
    assert.ok(relieved.length > 0 && relieved.every(({ because }) => because === 'budget'));
    assert.ok(directives.some(({ because }) => because === 'budget'));
  });

  it('are gone with the turn they were said in, when the user goes back before it', async () => {
    const [first] = await ask(core, sessionId, 'Why?');
    await say('Always answer in German.');
    await core.engine.rewind(sessionId, first?.id ?? '', 'panel');
    assert.deepEqual(await standing(), []);
  });
});

const directive = (text: string, more: Partial<SessionDirective> = {}): SessionDirective => ({
  directiveId: text,
  text,
  state: 'confirmed',
  origin: 'cue',
  at: 1,
  history: [],
  scope: 'session',
  seq: 1,
  firstSeq: 1,
  ...more,
});

const reliefs: [title: string, directives: SessionDirective[], expected: string | undefined][] = [
  ['nothing while they fit', [directive('Use tabs.')], undefined],
  [
    'the oldest that a newer one nearly says, with what only the older said',
    [
      directive('Always write tests for functions. Answer in German.'),
      directive('Always show diffs.'),
      directive('Always write tests for functions and classes.'),
    ],
    'merge: Answer in German. Always write tests for functions and classes.',
  ],
  [
    'the oldest that is not from the user’s own hand',
    [
      directive('Always show diffs of files.', { origin: 'user' }),
      directive('Answer in German.'),
      directive('Use tabs.'),
    ],
    'demote: Answer in German.',
  ],
  [
    'nothing of what is overridden or only a candidate',
    [
      directive('Answer in German.', { state: 'candidate' }),
      directive('Use tabs for everything.', { overriddenBy: 'x' }),
    ],
    undefined,
  ],
];

describe('Pinned directives over their budget', () => {
  for (const [title, directives, expected] of reliefs) {
    it(`give up ${title}`, () => {
      const done = relief(
        directives.map((one, index) => ({ ...one, firstSeq: index })),
        20,
      );
      const told =
        done === undefined
          ? undefined
          : done.kind === 'merge'
            ? `merge: ${done.text}`
            : `demote: ${done.directive.text}`;
      assert.equal(told, expected);
    });
  }
});

describe('Directives of the user', () => {
  it('are promoted out of a session, stand in the list of every session, and are removed there', async () => {
    const own = new Map<string, { directiveId: string; text: string; at: number }>();
    const userDirectives: UserDirectives = {
      list: async () => [...own.values()],
      put: async (one) => void own.set(one.directiveId, one),
      remove: async (id) => void own.delete(id),
    };
    const core = await startCore({ userDirectives });
    try {
      const { memory } = core.engine;
      const first = (await core.store.create({ door: 'panel' })).id;
      const { directiveId } = await memory.addDirective(first, 'Answer in German.', 'panel');
      await memory.promoteDirective(first, directiveId, 'panel');
      const second = (await core.store.create({ door: 'panel' })).id;
      const seen = (await memory.view(second)).directives.map(({ text, scope, state }) => [
        text,
        scope,
        state,
      ]);
      assert.deepEqual(seen, [['Answer in German.', 'user', 'confirmed']]);
      assert.equal(
        (await memory.view(first)).directives.find(({ scope }) => scope === 'session')?.state,
        'removed',
      );
      await memory.removeUserDirective(directiveId);
      assert.deepEqual((await memory.view(second)).directives, []);
      await assert.rejects(memory.removeUserDirective(directiveId), { code: 'not_found' });
    } finally {
      await core.close();
    }
  });
});
