import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { plainText } from '../../../src/protocol/content.ts';
import type { AssistantEntry, Entry, UserEntryDraft } from '../../../src/protocol/entries.ts';
import type { SessionEvent, TurnEvent } from '../../../src/protocol/turnEvents.ts';
import type { TurnInput } from '../../../src/protocol/turnInput.ts';
import { openSessionStore } from '../../../src/store/openSessionStore.ts';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { startCore, type TestCore, workerUrl } from '../../support/core.ts';

const input = (text: string, more: Partial<TurnInput> = {}): TurnInput => ({ text, door: 'cli', ...more });

async function collect(events: AsyncIterable<TurnEvent>): Promise<TurnEvent[]> {
  const all: TurnEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function endOf(events: AsyncIterable<TurnEvent>): Promise<AssistantEntry> {
  const last = (await collect(events)).at(-1);
  assert.equal(last?.type, 'turn.ended');
  assert.equal(last.entry.kind, 'assistant');
  return last.entry;
}

const words = (entries: readonly Entry[]): string[] =>
  entries.flatMap((entry) => ('content' in entry ? [plainText(entry.content)] : []));

describe('The assistant', function () {
  this.timeout(20_000);
  let core: TestCore;
  let sessionId: string;

  beforeEach(async () => {
    core = await startCore();
    sessionId = (await core.store.create({ door: 'cli' })).id;
  });
  afterEach(() => core.close());

  const ask = (text: string, more: Partial<TurnInput> = {}) =>
    core.engine.startTurn(sessionId, input(text, more));

  describe('with a conversation', () => {
    it('sends an edited input as a branch, and keeps the first one', async () => {
      core.fake.enqueue(answer('A1'), answer('A2'), answer('A3'));
      await endOf((await ask('Q1')).events);
      await endOf((await ask('Q2')).events);
      const path = await core.store.path(sessionId);
      const second = path[2];
      assert.equal(second?.kind, 'user');
      await endOf((await ask('Q2, but better', { parentId: second.parentId })).events);
      assert.deepEqual(words(await core.store.path(sessionId)), ['Q1', 'A1', 'Q2, but better', 'A3']);
      assert.deepEqual(words(await core.store.log(sessionId)), [
        'Q1',
        'A1',
        'Q2',
        'A2',
        'Q2, but better',
        'A3',
      ]);
      const body = JSON.stringify(core.fake.requests.at(-1)?.body);
      assert.ok(body.includes('Q1') && !body.includes('A2'));
    });

    it('sends an edited first input from the root', async () => {
      core.fake.enqueue(answer('A1'), answer('A2'));
      await endOf((await ask('Q1')).events);
      await endOf((await ask('Q1, but better', { parentId: null })).events);
      assert.deepEqual(words(await core.store.path(sessionId)), ['Q1, but better', 'A2']);
    });

    it('refuses an input after an entry that is not there, and stores nothing', async () => {
      await assert.rejects(ask('Q', { parentId: crypto.randomUUID() }), (error: Error & { code: string }) =>
        ['invalid_input', 'not_found'].includes(error.code),
      );
      assert.deepEqual(await core.store.log(sessionId), []);
      core.fake.enqueue(answer('A'));
      await endOf((await ask('Q')).events);
    });

    it('refuses to retry a turn that is not there', async () => {
      await assert.rejects(core.engine.retryTurn(sessionId, crypto.randomUUID(), 'cli'), {
        code: 'not_found',
      });
    });

    it('previews what is then sent', async () => {
      core.workspace.memoryFiles = [{ path: 'AGENTS.md', text: 'Use tabs.' }];
      core.workspace.openFiles = [
        { uri: 'file:///w/a.ts', path: 'a.ts', languageId: 'typescript', text: 'let a = 1;', active: true },
        { uri: 'file:///w/b.ts', path: 'b.ts', languageId: 'typescript', text: 'let b = 1;', active: false },
      ];
      core.fake.enqueue(answer('A1'), answer('A2'));
      await endOf((await ask('Q1')).events);
      const next: Partial<TurnInput> = {
        excluded: ['file:file:///w/b.ts'],
        attachments: [
          { kind: 'selection', uri: 'file:///w/c.ts', path: 'c.ts', text: 'c', startLine: 1, endLine: 1 },
        ],
        grounding: 'open_files',
      };
      const preview = await core.engine.preview(sessionId, input('Q2', next));
      const { report } = await endOf((await ask('Q2', next)).events);
      const withoutId = (one: typeof preview | undefined) => ({
        ...one,
        segments: one?.segments.map((segment) =>
          segment.kind === 'input' ? { ...segment, entryIds: [] } : segment,
        ),
      });
      assert.deepEqual(withoutId(preview), withoutId(report));
      assert.equal(core.fake.requests.length, 2);
    });

    it('reads what it sent before from the prompt cache, with open files on or off and many attachments', async () => {
      const long = 'A sentence about upload limits and retries. '.repeat(30);
      const attachments = Array.from({ length: 25 }, (_, place) => ({
        kind: 'file' as const,
        uri: `file:///w/${place}.ts`,
        path: `${place}.ts`,
        text: `${place} ${long}`,
      }));
      core.fake.always(() => answer('Yes.'));
      // Three turns of this size are more than is sent word for word otherwise.
      core.settings.conversationTokens = 100_000;
      for (const grounding of ['off', 'open_files'] as const) {
        core.workspace.openFiles = [
          { uri: 'file:///w/a.ts', path: 'a.ts', languageId: 'typescript', text: 'let a = 1;', active: true },
        ];
        const session = await core.store.create({ door: 'cli' });
        const turn = async (text: string) => {
          const started = await core.engine.startTurn(
            session.id,
            input(`${grounding} ${text}`, { grounding, attachments }),
          );
          return (await endOf(started.events)).usage;
        };
        const usages = [await turn('One?'), await turn('Two?'), await turn('Three?')];
        const reads = usages.map((usage) => usage?.cacheReadTokens ?? 0);
        // An input that nothing changing stands before is kept at once, the others with the turn after them.
        if (grounding === 'off') assert.ok((reads[1] ?? 0) > 5_000, reads.join());
        assert.ok((reads[2] ?? 0) > 5_000, reads.join());
        assert.ok((reads[2] ?? 0) > (reads[1] ?? 0), reads.join());
      }
    });
  });

  describe('retrying a turn', () => {
    const file = (name: string) => ({
      uri: `file:///w/${name}.ts`,
      path: `${name}.ts`,
      languageId: 'typescript',
      text: `let ${name} = 1;`,
      active: name === 'a',
    });

    it('leaves out again what the user had taken out, also when the turn waited', async () => {
      core.workspace.openFiles = [file('a'), file('secret')];
      core.fake.enqueue({ kind: 'drip', text: 'one', gated: true }, answer('A2'), answer('A3'));
      const first = await ask('Q1');
      const waiting = await ask('Q2', { excluded: ['file:file:///w/secret.ts'] });
      assert.equal(waiting.state, 'queued');
      core.fake.gate.step();
      await endOf(first.events);
      await endOf(waiting.events);
      const again = await core.engine.retryTurn(sessionId, waiting.turnId, 'cli');
      await endOf(again.events);
      for (const { body } of core.fake.requests.slice(1)) {
        const sent = JSON.stringify(body);
        assert.ok(sent.includes('let a = 1') && !sent.includes('let secret = 1'));
      }
    });

    it('asks the model that was chosen for it, and the session’s when nobody knows that one any more', async () => {
      core.fake.enqueue(answer('A1'), answer('A2'));
      const first = await ask('Q', { model: 'anthropic/claude-haiku-5-5' });
      await endOf(first.events);
      const again = await core.engine.retryTurn(sessionId, first.turnId, 'cli');
      assert.equal((await endOf(again.events)).model, 'claude-haiku-5-5');
      const turnId = crypto.randomUUID();
      const { id } = await core.store.create({ door: 'cli' });
      const mark = { id: crypto.randomUUID(), at: 1, door: 'cli' as const, turnId };
      const content = [{ type: 'text' as const, text: 'Q' }];
      await core.store.append(id, [{ ...mark, kind: 'user', content, grounding: 'off', model: 'gone/m' }]);
      core.fake.enqueue(answer('A3'));
      const last = await core.engine.retryTurn(id, turnId, 'cli');
      assert.equal((await endOf(last.events)).model, 'claude-sonnet-5-5');
    });
  });

  describe('with a model that nobody knows', () => {
    const unknown = 'claude-sonnet-5-5';

    it('in the setting: the first that is ready answers, and why is said', async () => {
      core.settings.model = unknown;
      const { model, insteadOf } = await core.engine.modelFor(sessionId);
      assert.equal(model.id, 'claude-sonnet-5-5');
      assert.match(insteadOf ?? '', /claude-sonnet-5-5 is not known/);
      core.fake.enqueue(answer('A'));
      assert.equal((await endOf((await ask('Q')).events)).outcome, 'done');
      assert.equal((await core.engine.modelFor(undefined)).insteadOf, insteadOf);
    });

    it('in the session, such as one that was imported: the setting’s answers', async () => {
      core.settings.model = 'anthropic/claude-haiku-5-5';
      const mark = { id: crypto.randomUUID(), at: 1, door: 'import' as const };
      await core.store.append(sessionId, [{ ...mark, kind: 'model', provider: 'elsewhere', model: 'm' }]);
      const { model, insteadOf } = await core.engine.modelFor(sessionId);
      assert.equal(model.id, 'claude-haiku-5-5');
      assert.match(insteadOf ?? '', /elsewhere\/m is not known/);
    });

    it('in both and without a key: quotes answer, and each reason is said once', async () => {
      core.settings.model = unknown;
      core.secrets.key = undefined;
      const mark = { id: crypto.randomUUID(), at: 1, door: 'import' as const };
      await core.store.append(sessionId, [{ ...mark, kind: 'model', provider: 'elsewhere', model: 'm' }]);
      const { model, insteadOf = '' } = await core.engine.modelFor(sessionId);
      assert.equal(model.provider, 'offline');
      assert.match(insteadOf, /elsewhere\/m is not known.*claude-sonnet-5-5 is not known.*No API key/);
    });

    it('asked for by name: it is refused, and nothing is stored', async () => {
      const error = { code: 'model_not_found' };
      await assert.rejects(ask('Q', { model: unknown }), error);
      await assert.rejects(core.engine.setModel(sessionId, unknown, 'cli'), error);
      assert.deepEqual(await core.store.log(sessionId), []);
    });
  });

  it('asks for the list of models where the workspace is trusted, and nothing in Restricted Mode', async () => {
    core.workspace.trusted = false;
    await core.engine.refreshModels(new AbortController().signal);
    assert.equal(core.fake.requests.length, 0);
    core.workspace.trusted = true;
    await core.engine.refreshModels(new AbortController().signal);
    assert.deepEqual(
      core.fake.requests.map(({ path }) => path),
      ['/v1/models'],
    );
  });

  describe('with a queue', () => {
    it('runs waiting turns in their order, and shows each how many are before it', async () => {
      core.fake.enqueue({ kind: 'drip', text: 'A1', gated: true }, answer('A2'), answer('A3'));
      const turns = [await ask('Q1'), await ask('Q2'), await ask('Q3')];
      assert.deepEqual(
        (await core.engine.queue(sessionId)).map(({ text, position }) => [text, position]),
        [
          ['Q2', 1],
          ['Q3', 2],
        ],
      );
      const moved = core.event('queue.changed', ({ queue }) => queue.length === 1);
      core.fake.gate.step(1);
      assert.deepEqual(
        (await moved).queue.map(({ text, position }) => [text, position]),
        [['Q3', 1]],
      );
      for (const { events } of turns) assert.equal((await endOf(events)).outcome, 'done');
      assert.deepEqual(words(await core.store.path(sessionId)), ['Q1', 'A1', 'Q2', 'A2', 'Q3', 'A3']);
    });

    it('goes on with the next turn when the live one is stopped', async () => {
      core.fake.enqueue({ kind: 'drip', text: 'A1 and more', gated: true }, answer('A2'));
      const first = await ask('Q1');
      const second = await ask('Q2');
      await core.fake.received(1);
      assert.equal(await core.engine.stopTurn(sessionId), true);
      assert.equal((await endOf(first.events)).outcome, 'stopped');
      assert.equal(plainText((await endOf(second.events)).content), 'A2');
      assert.equal(await core.engine.stopTurn(sessionId), false);
    });

    it('withdraws nothing that is live, over or unknown', async () => {
      core.fake.enqueue({ kind: 'drip', text: 'A', gated: true });
      const turn = await ask('Q');
      assert.equal(await core.engine.withdrawTurn(sessionId, turn.turnId), false);
      core.fake.gate.step(1);
      await endOf(turn.events);
      assert.equal(await core.engine.withdrawTurn(sessionId, turn.turnId), false);
      assert.equal(await core.engine.withdrawTurn(sessionId, crypto.randomUUID()), false);
    });

    it('moves on when a turn of another window, first in the queue, is taken back', async () => {
      const other = openSessionStore({
        file: join(core.folder, 'sessions.db'),
        workspaceId: 'test-workspace',
        workerUrl: workerUrl('store'),
      });
      try {
        core.fake.enqueue({ kind: 'drip', text: 'A1', gated: true }, answer('A3'));
        const first = await ask('Q1');
        const foreign: UserEntryDraft = {
          id: crypto.randomUUID(),
          kind: 'user',
          turnId: crypto.randomUUID(),
          at: 1,
          door: 'panel',
          content: [{ type: 'text', text: 'Q2' }],
          grounding: 'off',
        };
        const by = { provider: 'offline', model: 'quotes' };
        assert.equal((await other.submitTurn(foreign, sessionId, by)).state, 'queued');
        const third = await ask('Q3');
        core.fake.gate.step(1);
        await endOf(first.events);
        // Two round trips: the session is known to be free, and the first in the queue was found to be another's.
        await core.engine.queue(sessionId);
        assert.equal(await core.store.promote(sessionId), undefined);
        assert.equal(await other.withdraw(foreign.turnId), true);
        assert.equal(plainText((await endOf(third.events)).content), 'A3');
      } finally {
        await other.close();
      }
    });
  });

  describe('when the store cannot be written', () => {
    /** Makes appends fail while the condition holds, as a full disk does; returns what makes room again. */
    const fill = (when: string) => {
      const db = new DatabaseSync(join(core.folder, 'sessions.db'), { timeout: 5_000 });
      db.exec(
        `CREATE TRIGGER full BEFORE INSERT ON entry WHEN ${when} BEGIN SELECT abs(-9223372036854775808); END`,
      );
      return () => {
        db.exec('DROP TRIGGER full');
        db.close();
      };
    };

    it('keeps an answer until it can, and then ends the turn', async () => {
      core.fake.enqueue({ kind: 'drip', text: 'A', gated: true });
      const turn = await ask('Q');
      await core.fake.received(1);
      const failed = core.logLine(/could not be stored: store_unavailable/);
      const makeRoom = fill('true');
      try {
        core.fake.gate.step(1);
        await failed;
      } finally {
        makeRoom();
      }
      const entry = await endOf(turn.events);
      assert.deepEqual([entry.outcome, plainText(entry.content)], ['done', 'A']);
    });

    it('ends a turn without its answer when the answer is none it takes', async () => {
      // A call without an id, as a careless gateway may send it.
      core.fake.enqueue(toolCall('', 'read', {}), answer('A2'));
      const entry = await endOf((await ask('Q1')).events);
      assert.deepEqual([entry.outcome, entry.error?.code, entry.content], ['failed', 'unexpected', []]);
      assert.equal(plainText((await endOf((await ask('Q2')).events)).content), 'A2');
    });

    it('lets a queue wait until it can', async () => {
      core.fake.enqueue({ kind: 'drip', text: 'A1', gated: true }, answer('A2'));
      const first = await ask('Q1');
      const second = await ask('Q2');
      const waits = core.logLine(/A queued turn could not begin: store_unavailable/);
      const isWaiting = "EXISTS (SELECT 1 FROM turn WHERE state = 'queued')";
      const makeRoom = fill(`${isWaiting} AND NOT EXISTS (SELECT 1 FROM turn WHERE state = 'live')`);
      core.fake.gate.step(1);
      await endOf(first.events);
      await waits;
      makeRoom();
      assert.equal(plainText((await endOf(second.events)).content), 'A2');
    });

    it('refuses an input, sends nothing, and accepts the next one', async () => {
      const makeRoom = fill('true');
      try {
        await assert.rejects(ask('Q'), { code: 'store_unavailable' });
      } finally {
        makeRoom();
      }
      assert.equal(core.fake.requests.length, 0);
      core.fake.enqueue(answer('A'));
      await endOf((await ask('Q')).events);
      assert.deepEqual(words(await core.store.path(sessionId)), ['Q', 'A']);
    });
  });

  const wrong: [more: object, says: RegExp][] = [
    [
      { text: 'x'.repeat(4_000_001) },
      /^text: got 4000001 characters; expected .*4000000.* Nothing was changed\.$/,
    ],
    [{ parentId: 'first' }, /^parentId: got "first"; expected .*UUID/],
    [
      { attachments: Array(201).fill({ kind: 'file', uri: 'u', path: 'p', text: '' }) },
      /^attachments: got 201 items/,
    ],
    [{ excluded: 7 }, /^excluded: got 7; expected/],
    [{ door: undefined }, /^door: got nothing; expected/],
  ];
  for (const [more, says] of wrong) {
    it(`refuses an input in which ${Object.keys(more)[0]} is wrong, names it, and stores nothing`, async () => {
      await assert.rejects(ask('Q', more), { code: 'invalid_input', message: says });
      assert.deepEqual(await core.store.log(sessionId), []);
    });
  }

  it('goes on for everyone when a listener throws', async () => {
    const heard: SessionEvent['type'][] = [];
    core.engine.onEvent(() => {
      throw new Error('a listener of mine');
    });
    core.engine.onEvent(({ type }) => heard.push(type));
    core.fake.enqueue(answer('A'));
    assert.equal((await endOf((await ask('Q')).events)).outcome, 'done');
    assert.ok(heard.includes('turn.text') && heard.includes('turn.ended'));
    assert.match(core.logged.join('\n'), /A listener of session events failed/);
  });

  it('tells an input before its turn begins, and its end last', async () => {
    const heard: string[] = [];
    core.engine.onEvent((event) => {
      if ('turnId' in event || event.type === 'entry.appended')
        heard.push(event.type === 'entry.appended' ? event.entry.kind : event.type);
    });
    core.fake.enqueue(answer('A'));
    await endOf((await ask('Q')).events);
    const order = heard.filter((type) => type !== 'turn.usage');
    assert.deepEqual(order, ['user', 'turn.started', 'turn.text', 'assistant', 'turn.ended']);
  });

  describe('that is closed', () => {
    it('ends running turns as stopped, keeps their text, and lets every reader go', async () => {
      core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
      const live = await ask('Q1');
      const waiting = await ask('Q2');
      const seen = core.event('turn.text');
      core.fake.gate.step(1);
      await seen;
      const ended = endOf(live.events);
      const left = collect(waiting.events);
      await core.engine.close();
      await core.engine.close();
      const entry = await ended;
      assert.deepEqual([entry.outcome, plainText(entry.content)], ['stopped', 'one']);
      assert.deepEqual(
        (await left).map(({ type }) => type),
        ['turn.queued'],
      );
    });

    it('stops a turn that was accepted in that moment', async () => {
      core.fake.enqueue({ kind: 'drip', text: 'one', gated: true });
      const closed = new Promise<void>((resolve) => {
        // The input is stored, and the store's answer is still on its way.
        core.engine.onEvent(({ type }) => {
          if (type === 'entry.appended') core.engine.close().then(resolve);
        });
      });
      assert.equal((await endOf((await ask('Q')).events)).outcome, 'stopped');
      await closed;
    });

    it('refuses a new input with words for it', async () => {
      const late = ask('Q');
      const closing = core.engine.close();
      await assert.rejects(late, { code: 'shutting_down' });
      await closing;
      await assert.rejects(ask('Q'), { code: 'shutting_down' });
      assert.equal(core.fake.requests.length, 0);
    });
  });

  it('ends the streams of a session that is purged, live and waiting', async () => {
    core.fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
    const live = await ask('Q1');
    const waiting = await ask('Q2');
    const streams = Promise.all([collect(live.events), collect(waiting.events)]);
    const request = await core.fake.received(1);
    await core.store.purge(sessionId);
    await streams;
    assert.equal(await request.closed, false);
    assert.equal(await core.engine.stopTurn(sessionId), false);
  });

  it('lets go of a caller’s signal when the turn is over', async () => {
    core.fake.enqueue(answer('A1'), { kind: 'drip', text: 'A2', gated: true });
    const controller = new AbortController();
    await endOf((await core.engine.startTurn(sessionId, input('Q1'), controller.signal)).events);
    const second = await ask('Q2');
    controller.abort();
    core.fake.gate.step(1);
    assert.equal((await endOf(second.events)).outcome, 'done');
  });
});

describe('Two windows on one database', function () {
  this.timeout(20_000);
  let one: TestCore;
  let two: TestCore;
  let sessionId: string;

  beforeEach(async () => {
    one = await startCore();
    two = await startCore({ folder: one.folder, fake: one.fake });
    sessionId = (await one.store.create({ door: 'panel' })).id;
    await two.store.status();
  });
  afterEach(async () => {
    await two.close();
    await one.close();
  });

  it('hear each other: the input, what has arrived so far, and the end', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
    const asked = two.event('entry.appended', ({ entry }) => entry.kind === 'user');
    const progress = two.event('turn.progress');
    const ended = two.event('turn.ended');
    const turn = await one.engine.startTurn(sessionId, input('Q'));
    assert.equal((await asked).sessionId, sessionId);
    one.fake.gate.step(1);
    assert.equal(plainText((await progress).content), 'one');
    one.fake.gate.step(1);
    const own = await endOf(turn.events);
    assert.deepEqual((await ended).entry, own);
  });

  it('share one queue: a turn waits for the other window’s, then runs', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'A1', gated: true }, answer('A2'));
    const first = await one.engine.startTurn(sessionId, input('Q1'));
    const queued = one.event('queue.changed', ({ queue }) => queue.length === 1);
    const second = await two.engine.startTurn(sessionId, input('Q2'));
    assert.equal(second.state, 'queued');
    assert.equal((await queued).queue[0]?.text, 'Q2');
    assert.equal(
      await two.engine.stopTurn(sessionId),
      false,
      'a live turn of another window is never touched',
    );
    one.fake.gate.step(1);
    await endOf(first.events);
    assert.equal(plainText((await endOf(second.events)).content), 'A2');
    assert.deepEqual(words(await one.store.path(sessionId)), ['Q1', 'A1', 'Q2', 'A2']);
  });

  it('keep an answer whole when the other encrypts meanwhile: it is stored once the key is there', async () => {
    const key = new Uint8Array(32).fill(5);
    one.fake.enqueue({ kind: 'drip', text: 'A', gated: true });
    const turn = await one.engine.startTurn(sessionId, input('Q'));
    await one.fake.received(1);
    await two.store.setEncryption(key);
    const refused = one.logLine(/could not be stored: store_locked/);
    one.fake.gate.step(1);
    await refused;
    const seen = two.event('turn.ended');
    assert.equal((await one.store.unlock(key)).mode, 'normal');
    const entry = await endOf(turn.events);
    assert.deepEqual([entry.outcome, plainText(entry.content)], ['done', 'A']);
    assert.deepEqual((await seen).entry, entry);
  });

  it('end a turn once, with its text, when the key does not come, and store it when it does', async () => {
    const key = new Uint8Array(32).fill(5);
    one.fake.enqueue({ kind: 'drip', text: 'A', gated: true });
    const turn = await one.engine.startTurn(sessionId, input('Q'));
    await one.fake.received(1);
    await two.store.setEncryption(key);
    let ends = 0;
    one.engine.onEvent(({ type }) => {
      if (type === 'turn.ended') ends++;
    });
    one.fake.gate.step(1);
    const told = await endOf(turn.events);
    assert.deepEqual(
      [told.outcome, told.error?.code, plainText(told.content)],
      ['failed', 'store_locked', 'A'],
    );
    assert.equal(await one.engine.stopTurn(sessionId), false);
    const late = await two.store.create({ door: 'panel', title: 'while locked' });
    const heard = one.event('session.changed', ({ session }) => session.title === 'while locked');
    const stored = one.event('entry.appended', ({ entry }) => entry.kind === 'assistant');
    await one.store.unlock(key);
    assert.equal((await heard).sessionId, late.id);
    const { entry } = await stored;
    assert.ok(entry.kind === 'assistant' && entry.outcome === 'done');
    assert.deepEqual(words(await two.store.path(sessionId)), ['Q', 'A']);
    assert.equal(ends, 1);
  });

  it('can withdraw what the other has put in the queue, and its reader hears it', async () => {
    one.fake.enqueue({ kind: 'drip', text: 'A1', gated: true });
    const first = await one.engine.startTurn(sessionId, input('Q1'));
    const second = await two.engine.startTurn(sessionId, input('Q2'));
    const heard = collect(second.events);
    assert.equal(await one.engine.withdrawTurn(sessionId, second.turnId), true);
    assert.equal((await heard).at(-1)?.type, 'turn.withdrawn');
    one.fake.gate.step(1);
    await endOf(first.events);
  });
});
