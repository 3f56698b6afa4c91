/** Threat 19: nothing that was masked is in a byte that was sent or stored. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FoundSecret, SecretScanner } from '../../../../src/core/ports.ts';
import { placeholdersIn } from '../../../../src/core/secrets/placeholders.ts';
import { plainText } from '../../../../src/protocol/content.ts';
import type { AssistantEntry, Attachment, EntryDraft } from '../../../../src/protocol/entries.ts';
import type { TurnInput } from '../../../../src/protocol/turnInput.ts';
import { SecretRules } from '../../../../src/workers/secretRules.ts';
import { answer, toolCall } from '../../../support/anthropic/script.ts';
import { type Canary, canaries } from '../../../support/canaries.ts';
import { startCore, type TestCore, type TestCoreOptions } from '../../../support/core.ts';

/** One for each place, so that what is masked in one is not known from another. */
const sets = Object.fromEntries(
  [
    'typed',
    'file',
    'selection',
    'diff',
    'problems',
    'open',
    'selected',
    'memory',
    'settings',
    'directive',
    'notes',
    'replaced',
    'draft',
    'quoted',
  ].map((place, index) => [place, canaries(index + 1)]),
);
const linesOf = (place: string): string => (sets[place] ?? []).map(({ line }) => line).join('\n');
const all: [place: string, canary: Canary][] = Object.entries(sets).flatMap(([place, canaries_]) =>
  canaries_.map((canary): [string, Canary] => [place, canary]),
);

/** The canaries in bytes, by place and kind. */
const foundIn = (bytes: string): string[] =>
  all.filter(([, { secret }]) => bytes.includes(secret)).map(([place, { kind }]) => `${kind} of ${place}`);

const attachment = (kind: Attachment['kind']): Attachment => ({
  kind,
  uri: `file:///w/${kind}`,
  path: kind,
  text: linesOf(kind),
});

const [one] = canaries(99).filter(({ kind }) => kind === 'github');
assert.ok(one);
const token = one.secret;

class BrokenScanner implements SecretScanner {
  readonly #rules = new SecretRules();
  breaks: 'no' | 'fails' | 'hangs' = 'no';

  scan(texts: readonly string[]): Promise<FoundSecret[][]> {
    switch (this.breaks) {
      case 'no':
        return this.#rules.scan(texts);
      case 'fails':
        return Promise.reject(new Error(`It broke on ${texts[0]}`));
      case 'hangs':
        return new Promise(() => {});
      default:
        return this.breaks satisfies never;
    }
  }
}

describe('What is masked', function () {
  this.timeout(20_000);
  let core: TestCore;
  let sessionId: string;
  const folder = mkdtempSync(join(tmpdir(), 'causeway-masking-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function start(options: TestCoreOptions = {}): Promise<void> {
    core = await startCore(options);
    sessionId = (await core.store.create({ door: 'panel' })).id;
    core.fake.always(() => answer('Noted.'));
  }
  afterEach(() => core.close());

  async function turn(input: Partial<TurnInput>): Promise<AssistantEntry> {
    const started = await core.engine.startTurn(sessionId, { text: '', door: 'panel', ...input });
    for await (const event of started.events)
      if (event.type === 'turn.ended' && event.entry.kind === 'assistant') return event.entry;
    throw new Error('The turn did not end.');
  }
  const received = (): string => JSON.stringify(core.fake.requests.map(({ body }) => body));
  const stored = (at: string): string =>
    readdirSync(at, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
      .join('');
  const lastInput = async () => {
    const entry = (await core.store.path(sessionId)).findLast(({ kind }) => kind === 'user');
    assert.ok(entry?.kind === 'user');
    return entry;
  };

  it('is in no byte that was sent, stored or logged, wherever it came from (threat 19)', async () => {
    await start({
      folder: mkdtempSync(join(folder, 'all-')),
      userDirectives: {
        list: async () => [{ directiveId: crypto.randomUUID(), text: linesOf('directive'), at: 1 }],
        put: async () => undefined,
        remove: async () => undefined,
      },
      recall: { search: async () => [] },
    });
    const { engine, workspace, settings, fake, store } = core;
    settings.instructions = linesOf('settings');
    workspace.memoryFiles = [{ path: 'AGENTS.md', text: linesOf('memory') }];
    workspace.openFiles = [
      {
        uri: 'file:///w/open.ts',
        path: 'open.ts',
        languageId: 'typescript',
        text: linesOf('open'),
        active: true,
        selection: { startLine: 1, endLine: 2, text: linesOf('selected') },
      },
    ];
    await engine.setDraft(sessionId, {
      text: linesOf('draft'),
      attachments: [attachment('file')],
      edits: [{ entryId: crypto.randomUUID(), text: linesOf('draft') }],
    });
    await engine.memory.addDirective(sessionId, `Always use ${sets.notes?.[0]?.secret}.`, 'panel');
    await engine.memory.changeTask(
      sessionId,
      {
        title: sets.notes?.[1]?.line ?? '',
        steps: [{ text: sets.notes?.[2]?.line ?? '', state: 'pending' }],
      },
      'panel',
    );
    await engine.renameSession(sessionId, `With ${sets.notes?.[3]?.line}`, 'panel');
    fake.enqueue(toolCall('toolu_01', 'recall', { query: 'x' }), answer('Done.'));
    const ended = await turn({
      text: linesOf('typed'),
      attachments: [attachment('file'), attachment('selection'), attachment('diff'), attachment('problems')],
      replaced: [{ partId: 'directive:none', text: linesOf('replaced') }],
    });
    await turn({ text: 'And now?' });
    assert.equal(ended.outcome, 'done');
    assert.ok(all.length / Object.keys(sets).length >= 40);
    assert.deepEqual(foundIn(received()), []);
    assert.ok(placeholdersIn(received()).length > 400);
    await store.backup();
    const bytes = stored(core.folder);
    assert.ok(bytes.includes('[secret:'));
    assert.deepEqual(foundIn(bytes), []);
    assert.deepEqual(foundIn(core.logged.join('\n')), []);
    assert.deepEqual(foundIn(JSON.stringify(await engine.context(sessionId, { newest: true }))), []);
  });

  it('is masked in passages of the workspace that a model is given to cite', async () => {
    const text = linesOf('quoted');
    const line = text.split('\n').find((one) => one.startsWith('const')) ?? '';
    const passage = { uri: 'file:///w/a', path: 'a', startLine: 1, endLine: 99, text, score: 1 };
    const short = { ...passage, uri: 'file:///w/b', path: 'b', endLine: 1, text: line };
    const search = { search: async () => [passage, short] };
    await start({ search, folder: mkdtempSync(join(folder, 'cited-')) });
    await turn({ text: 'Where?', grounding: 'workspace' });
    // Keys of several lines become one, so that no line of that passage can be told any more.
    assert.match(received(), /"search_result","source":"b"/);
    assert.doesNotMatch(received(), /"search_result","source":"a"/);
    assert.match(received(), /\[secret:github:/);
    assert.deepEqual(foundIn(received() + stored(core.folder)), []);
  });

  it('is quoted as masked where no model answers, and so it is stored', async () => {
    const text = linesOf('quoted');
    const passage = { uri: 'file:///w/a', path: 'a', startLine: 1, endLine: 9, text, score: 1 };
    await start({ search: { search: async () => [passage] }, folder: mkdtempSync(join(folder, 'quotes-')) });
    core.secrets.key = undefined;
    const entry = await turn({ text: 'Where?' });
    assert.match(plainText(entry.content), /\[secret:github:/);
    assert.deepEqual(foundIn(JSON.stringify(entry) + stored(core.folder)), []);
  });

  it('is masked on its way out where a session of before has it in its log', async () => {
    await start();
    const old: EntryDraft = {
      id: crypto.randomUUID(),
      at: 1,
      door: 'panel',
      kind: 'user',
      turnId: crypto.randomUUID(),
      grounding: 'off',
      content: [{ type: 'text', text: `It is ${token}.` }],
    };
    await core.store.append(sessionId, [old]);
    await turn({ text: 'What was it?' });
    assert.ok(!received().includes(token));
    assert.match(received(), /It is \[secret:github:/);
    const shown = await core.engine.context(sessionId, { newest: true });
    assert.deepEqual(shown.request(), core.fake.requests.at(-1)?.body);
  });

  it('is masked in what a tool gives back, before anybody hears of it', async () => {
    const entryId = crypto.randomUUID();
    await start({
      recall: {
        search: async () => [
          {
            sessionId,
            entryId,
            at: 1,
            role: 'user' as const,
            score: 1,
            terms: ['It'],
            why: 'words' as const,
          },
        ],
      },
    });
    const old: EntryDraft = {
      id: entryId,
      at: 1,
      door: 'panel',
      kind: 'user',
      turnId: crypto.randomUUID(),
      grounding: 'off',
      content: [{ type: 'text', text: `It is ${token}.` }],
    };
    await core.store.append(sessionId, [old]);
    const told = core.event('turn.tool_result');
    core.fake.enqueue(toolCall('toolu_01', 'recall', { query: 'x' }), answer('Done.'));
    await turn({ text: 'Look.' });
    assert.match((await told).text, /It is \[secret:github:/);
    const results = (await core.store.path(sessionId)).filter(({ kind }) => kind === 'tool_result');
    assert.equal(results.length, 1);
    assert.ok(!(JSON.stringify(results) + received()).includes(token));
  });

  it('has the same placeholder in every session, so that the prompt cache holds', async () => {
    await start();
    await turn({ text: `Use ${token}` });
    const first = plainText((await lastInput()).content);
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
    await turn({ text: `Use ${token}` });
    assert.equal(plainText((await lastInput()).content), first);
    assert.match(first, /^Use \[secret:github:[\da-f]{10}\]$/);
  });

  it('is masked by itself too, once it is known by the name beside it: selected, typed and attached', async () => {
    await start({ folder: mkdtempSync(join(folder, 'bare-')) });
    const bare = canaries(77).filter(({ kind }) => ['named-value', 'password-in-address'].includes(kind));
    assert.equal(bare.length, 2);
    const [named, address] = bare;
    assert.ok(named && address);
    core.workspace.openFiles = [
      {
        uri: 'file:///w/open.ts',
        path: 'open.ts',
        languageId: 'typescript',
        text: `${named.line}\n${address.line}\n`,
        active: true,
        selection: { startLine: 1, endLine: 1, text: named.secret },
      },
    ];
    await turn({ text: 'What is it for?', grounding: 'open_files' });
    await turn({
      text: `And ${address.secret}?`,
      grounding: 'off',
      attachments: [{ ...attachment('selection'), text: address.secret }],
    });
    const bytes = received() + stored(core.folder) + core.logged.join('\n');
    for (const { kind, secret } of bare) assert.ok(!bytes.includes(secret), kind);
    const said = plainText((await lastInput()).content);
    assert.match(said, /^And \[secret:[a-z-]+:[\da-f]{10}\]\?$/);
    assert.equal(await core.engine.restored(sessionId, said, []), `And ${address.secret}?`);
  });

  it('is not a word that is somebody’s password, nor a value of another session', async () => {
    await start();
    const [named] = canaries(78).filter(({ kind }) => kind === 'named-value');
    assert.ok(named);
    await turn({ text: `postgres://app:postgres@db.invalid/x and ${named.line}` });
    await turn({ text: 'What is postgres?' });
    assert.equal(plainText((await lastInput()).content), 'What is postgres?');
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
    await turn({ text: `What is ${named.secret}?` });
    assert.equal(plainText((await lastInput()).content), `What is ${named.secret}?`);
  });

  it('is counted in the report of the turn, each value once', async () => {
    await start();
    const [other] = canaries(5).filter(({ kind }) => kind === 'github');
    const { report } = await turn({ text: `${token} and ${token} and ${other?.secret}` });
    assert.deepEqual(report?.masked, [{ kind: 'github', what: 'GitHub token', count: 2 }]);
  });

  it('is put back exactly before an edit, and again from the file after a restart', async () => {
    await start({ folder: mkdtempSync(join(folder, 'restart-')) });
    const file = `a = 1\n${sets.open?.map(({ line }) => line).join('\n')}\nz = 1\n`;
    await turn({
      text: 'Tidy up.',
      attachments: [{ kind: 'file', uri: 'file:///w/a', path: 'a', text: file }],
    });
    const masked = (await lastInput()).attachments?.[0]?.text ?? '';
    assert.ok(placeholdersIn(masked).length >= 40);
    assert.equal(await core.engine.restored(sessionId, masked, []), file);
    const { folder: same } = core;
    await core.close();
    core = await startCore({ folder: same });
    assert.equal(await core.engine.restored(sessionId, masked, [file]), file);
    await assert.rejects(core.engine.restored(sessionId, masked, []), { code: 'placeholder_unknown' });
  });

  it('is put back where a model repeats it under another name, and nothing else is touched', async () => {
    await start();
    await turn({ text: `Use ${token}` });
    const [placeholder] = placeholdersIn(plainText((await lastInput()).content));
    const said = `x = "[secret:token:${placeholder?.digest}]"; y = [secret]; z = "[secret:a:b]"`;
    assert.equal(
      await core.engine.restored(sessionId, said, []),
      `x = "${token}"; y = [secret]; z = "[secret:a:b]"`,
    );
  });

  it('is put back in a fork of its session', async () => {
    await start();
    await turn({ text: `Use ${token}` });
    const { id, content } = await lastInput();
    const fork = await core.store.fork(sessionId, id, { door: 'panel' });
    assert.equal(await core.engine.restored(fork.id, plainText(content), []), `Use ${token}`);
  });

  it('of one session is not put into an edit of another', async () => {
    await start();
    await turn({ text: `Use ${token}` });
    const said = plainText((await lastInput()).content);
    await assert.rejects(core.engine.restored(crypto.randomUUID(), said, []), {
      code: 'placeholder_unknown',
    });
  });

  it('is in a draft as it was typed while the window lives, and masked in what is kept of it', async () => {
    await start();
    const draft = { text: `Use ${token}`, attachments: [] };
    await core.engine.setDraft(sessionId, draft);
    assert.deepEqual(await core.engine.draft(sessionId), draft);
    assert.ok(!JSON.stringify(await core.store.draft(sessionId)).includes(token));
  });

  it('is masked in what a frame is asked for', async () => {
    await start();
    core.settings.compaction = 'model';
    const old: EntryDraft[] = Array.from({ length: 8 }, (_, index) => ({
      id: crypto.randomUUID(),
      at: index,
      door: 'panel' as const,
      kind: 'user' as const,
      turnId: crypto.randomUUID(),
      grounding: 'off' as const,
      content: [{ type: 'text' as const, text: `It is ${token}. ${'More words. '.repeat(200)}` }],
    }));
    core.settings.conversationTokens = 2_000;
    await core.store.append(sessionId, old);
    await core.engine.memory.compact(sessionId, 'panel');
    assert.ok(core.fake.requests.length > 0);
    assert.ok(!received().includes(token));
    assert.match(received(), /\[secret:github:/);
  });

  it('is nothing where the user has switched it off', async () => {
    await start();
    core.settings.maskSecrets = false;
    const { report } = await turn({ text: `Use ${token}` });
    assert.ok(received().includes(token));
    assert.equal(report?.masked, undefined);
  });

  it('are mail addresses, phone numbers and listed names where the user wants it', async () => {
    await start();
    const text = 'Ada Lovelace, ada@analytical.org, +49 30 1234567';
    await turn({ text });
    assert.ok(received().includes(text));
    core.settings.maskPersonalData = true;
    core.settings.maskedNames = ['Ada Lovelace'];
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
    const { report } = await turn({ text });
    assert.deepEqual(report?.masked, [
      { kind: 'name', what: 'name from your list', count: 1 },
      { kind: 'mail', what: 'mail address', count: 1 },
      { kind: 'phone', what: 'phone number', count: 1 },
    ]);
    const sent = JSON.stringify(core.fake.requests.at(-1)?.body);
    assert.match(
      sent,
      /\[private:name:[\da-f]{10}\], \[private:mail:[\da-f]{10}\], \[private:phone:[\da-f]{10}\]/,
    );
    for (const part of text.split(', ')) assert.ok(!sent.includes(part), part);
  });

  for (const breaks of ['fails', 'hangs'] as const) {
    it(`lets no input through while the scanner ${breaks}, and loses none`, async () => {
      const scanner = new BrokenScanner();
      await start({ scanner, maskingPatienceMs: 200 });
      scanner.breaks = breaks;
      await assert.rejects(turn({ text: `Use ${token}` }), { code: 'masking_failed', action: 'retry' });
      assert.deepEqual(await core.store.path(sessionId), []);
      assert.equal(core.fake.requests.length, 0);
      assert.ok(!core.logged.join('\n').includes(token));
      scanner.breaks = 'no';
      assert.equal((await turn({ text: `Use ${token}` })).outcome, 'done');
      assert.ok(!received().includes(token));
    });
  }

  it('lets no context through while the scanner fails, and the turn can be sent again', async () => {
    const scanner = new BrokenScanner();
    await start({ scanner });
    core.workspace.memoryFiles = [{ path: 'AGENTS.md', text: `The key is ${token}.` }];
    const accepted = core.event('entry.appended', ({ entry }) => entry.kind === 'user');
    void accepted.then(() => {
      scanner.breaks = 'fails';
    });
    core.fake.always(() => answer('Done.'));
    const ended = await turn({ text: 'Which key?' });
    assert.equal(ended.error?.code, 'masking_failed');
    assert.equal(core.fake.requests.length, 0);
    scanner.breaks = 'no';
    const again = core.event('turn.ended');
    await core.engine.retryTurn(sessionId, ended.turnId, 'panel');
    const { entry } = await again;
    assert.ok(entry.kind === 'assistant' && entry.outcome === 'done');
    assert.ok(!received().includes(token));
  });

  it('lets nothing out of a tool while the scanner fails', async () => {
    const scanner = new BrokenScanner();
    const recall = {
      search: async () => {
        if (core.fake.requests.length > 0) scanner.breaks = 'fails';
        return [];
      },
    };
    await start({ scanner, recall });
    core.fake.enqueue(toolCall('toolu_01', 'recall', { query: 'x' }));
    const ended = await turn({ text: 'Look.' });
    assert.equal(ended.error?.code, 'masking_failed');
    assert.equal(core.fake.requests.length, 1);
  });
});

describe('A workspace marked local-only', () => {
  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
  });
  afterEach(() => core.close());

  it('sends no byte: quotes answer, models are not asked for, and the user hears why', async () => {
    core.settings.localOnly = true;
    const ended = core.event('turn.ended');
    await core.engine.startTurn(sessionId, {
      text: 'Why?',
      model: 'anthropic/claude-sonnet-5-5',
      door: 'panel',
    });
    const { entry } = await ended;
    assert.ok(entry.kind === 'assistant');
    assert.equal(entry.provider, 'offline');
    await core.engine.refreshModels(AbortSignal.timeout(1000));
    const [claude] = await core.engine.providers();
    assert.deepEqual(claude?.availability.ready === false && claude.availability.error.code, 'local_only');
    assert.match((await core.engine.modelFor(sessionId)).insteadOf ?? '', /local-only/);
    assert.equal(core.fake.requests.length, 0);
  });

  it('sends no byte of a turn that was accepted before it was marked', async () => {
    core.fake.enqueue({ kind: 'drip', text: 'slow', gated: true });
    await core.engine.startTurn(sessionId, { text: 'One', door: 'panel' });
    const second = await core.engine.startTurn(sessionId, { text: 'Two', door: 'panel' });
    assert.equal(second.state, 'queued');
    await core.fake.received(1);
    core.settings.localOnly = true;
    const sent = core.fake.requests.length;
    const ended = core.event('turn.ended', ({ turnId }) => turnId === second.turnId);
    core.fake.gate.step(1);
    const { entry } = await ended;
    assert.ok(entry.kind === 'assistant');
    assert.equal(entry.error?.code, 'local_only');
    assert.equal(core.fake.requests.length, sent);
  });
});
