import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Emitter } from '../../../../src/base/emitter.ts';
import { gateOf } from '../../../../src/core/providers/barred.ts';
import { Embedder } from '../../../../src/core/providers/embedder.ts';
import { endpointKeyName } from '../../../../src/core/providers/openai/endpoints.ts';
import { OpenAiProviders } from '../../../../src/core/providers/openai/openAiProviders.ts';
import type { LoggedCall } from '../../../../src/core/relay.ts';
import { Masker } from '../../../../src/core/secrets/masker.ts';
import { openSecretScanner } from '../../../../src/workers/openSecretScanner.ts';
import { answer } from '../../../support/anthropic/script.ts';
import { canaries } from '../../../support/canaries.ts';
import { startCore, workerUrl } from '../../../support/core.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../../support/openai/server.ts';
import { filled, user } from '../../store/sqlite/samples.ts';
import { idle, type RecallWindow, Windows } from './recalling.ts';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** US dollars for a million tokens. */
const price = {
  asOf: '2026-01-01',
  input: 2,
  output: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  cacheRead: 0,
};
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

describe('Recall with an embedding model of the user', function () {
  // Threads start, and each write waits for a disk that may be busy.
  this.timeout(60_000);
  const scanner = openSecretScanner({ workerUrl: workerUrl('secrets'), log: silent });
  const settings = {
    embeddings: 'mine/fake-embed',
    localOnly: false,
    maskSecrets: true,
    maskPersonalData: false,
    maskedNames: [],
  };
  let fake: FakeOpenAi;
  let windows: Windows;
  let trusted: boolean;
  /** Calls as the log of them would keep them. */
  let logged: LoggedCall[];
  /** Address of a server on another machine. */
  let elsewhere: string | undefined;
  beforeEach(async () => {
    fake = await startFakeOpenAi();
    // No word that anybody knows, so that the word vectors know nothing of it.
    fake.embeddings.alike.push(['zorbl', 'quimp']);
    windows = new Windows();
    trusted = true;
    logged = [];
    elsewhere = undefined;
    Object.assign(settings, { embeddings: 'mine/fake-embed', localOnly: false });
  });
  afterEach(async () => {
    await windows.end();
    await fake.close();
  });
  after(() => scanner.close());

  function window(): RecallWindow {
    const key = endpointKeyName({ id: 'mine', baseUrl: fake.url });
    const providers = new OpenAiProviders({
      endpoints: () => [{ id: 'mine', preset: 'openai', baseUrl: elsewhere ?? fake.url }],
      secrets: {
        get: async (name) => (name === key ? fake.key : undefined),
        onDidChange: new Emitter<string>().event,
      },
      clock,
      log: silent,
      prices: () => ({ 'fake-embed': price }),
    });
    const masker = new Masker({
      scanner,
      key: async () => new Uint8Array(32).fill(1),
      settings,
      log: silent,
    });
    const gate = gateOf({ workspace: { isTrusted: () => trusted }, settings, masker });
    const calls = { add: (call: LoggedCall) => void logged.push(call) };
    const store = { get: (id: string) => made.store.get(id) };
    const embedder = new Embedder({ providers, gate, settings, keeping: { calls, clock, store } });
    const made = windows.window({ embedder });
    return made;
  }

  const question = 'Where is my quimp?';
  const byMeaning = async (from: RecallWindow, sessionId: string) =>
    (await from.all(sessionId, question))
      .filter(({ why }) => why === 'meaning')
      .map(({ entryId }) => entryId);

  /** Resolves once that turn is found by its meaning. */
  async function found(from: RecallWindow, sessionId: string, entryId: string): Promise<void> {
    while ((await byMeaning(from, sessionId))[0] !== entryId) await setImmediate();
  }

  /** Ends of the kept runs of directions. */
  function kept(): number[] {
    const db = new DatabaseSync(windows.file, { readOnly: true, timeout: 10_000 });
    const rows = db.prepare('SELECT to_seq FROM recall_run WHERE from_seq < 0 ORDER BY from_seq').all();
    db.close();
    return rows.map(({ to_seq }) => Number(to_seq) + 2 ** 40 + 1);
  }

  async function talk(from: RecallWindow, chatter: number): Promise<{ sessionId: string; entryId: string }> {
    const sessionId = await filled(from.store);
    const [entry] = await from.store.append(sessionId, [user('A zorbl hangs in the cellar.')]);
    await from.store.append(sessionId, idle(chatter));
    return { sessionId, entryId: entry?.id ?? '' };
  }

  it('finds what the model takes for the same, in turns that were just said too', async () => {
    const first = window();
    const { sessionId, entryId } = await talk(first, 20);
    await found(first, sessionId, entryId);
    const [newer] = await first.store.append(sessionId, [user('The zorbl fell down.')]);
    while (!(await byMeaning(first, sessionId)).includes(newer?.id ?? '')) await setImmediate();
    const requests = fake.embeddings.inputs.flat().filter((text) => text === 'A zorbl hangs in the cellar.');
    assert.equal(requests.length, 1, 'each turn is sent once');
    assert.ok(fake.embeddings.inputs.every((texts) => texts.length <= 32));
  });

  it('sends nothing of what is typed before it is sent, and what is sent once it is', async () => {
    const core = await startCore({ recall: window().recall });
    try {
      core.settings.recall = 'session';
      core.fake.always(() => answer('Noted.'));
      const { id } = await core.engine.sessions.create({ door: 'panel' });
      const ask = async (text: string) => {
        const { events } = await core.engine.startTurn(id, { text, door: 'panel' });
        for await (const event of events) if (event.type === 'turn.ended') return;
      };
      const typed = { text: 'A quimp that nobody is told', door: 'panel' as const };
      await ask('A zorbl hangs in the cellar.');
      fake.embeddings.inputs.length = 0;
      await core.engine.preview(id, typed);
      await core.engine.context(id, { input: typed });
      assert.deepEqual(fake.embeddings.inputs, []);
      await ask(question);
      assert.deepEqual(fake.embeddings.inputs[0], [question]);
    } finally {
      await core.close();
    }
  });

  it('is in the log of calls with its tokens and cost, and with nothing of a private session', async () => {
    const first = window();
    const { sessionId, entryId } = await talk(first, 20);
    await found(first, sessionId, entryId);
    while (logged.length < fake.embeddings.inputs.length) await setImmediate();
    const { id } = await first.store.create({ door: 'panel', private: true });
    const [entry] = await first.store.append(id, [user('A zorbl nobody is to know of.')]);
    await found(first, id, entry?.id ?? '');
    assert.ok(logged.length < fake.embeddings.inputs.length);
    assert.ok(logged.every(({ session }) => session === sessionId));
    for (const { wire, operation, provider, model, outcome, usage, cost } of logged) {
      assert.deepEqual([wire, operation, provider, model], ['core', 'recall', 'mine', 'mine/fake-embed']);
      assert.equal(outcome, 'done');
      assert.ok(usage && usage.inputTokens > 0);
      assert.equal(cost, (usage.inputTokens * price.input) / 1_000_000);
    }
  });

  it('has nothing embedded again after a restart', async () => {
    const first = window();
    const { sessionId, entryId } = await talk(first, 63);
    await found(first, sessionId, entryId);
    while (kept().at(-1) !== 64) await byMeaning(first, sessionId);
    await windows.closeAll();
    fake.embeddings.inputs.length = 0;
    const again = window();
    assert.equal((await byMeaning(again, sessionId))[0], entryId);
    assert.deepEqual(fake.embeddings.inputs, [[question]]);
  });

  it('has all of it embedded anew when another model is set', async () => {
    const first = window();
    const { sessionId, entryId } = await talk(first, 63);
    await found(first, sessionId, entryId);
    while (kept().at(-1) !== 64) await byMeaning(first, sessionId);
    settings.embeddings = 'mine/fake-embed-2';
    fake.embeddings.inputs.length = 0;
    await found(first, sessionId, entryId);
    assert.ok(fake.embeddings.inputs.flat().includes('A zorbl hangs in the cellar.'));
    while (kept().at(-1) !== 64) await byMeaning(first, sessionId);
    await windows.closeAll();
    fake.embeddings.inputs.length = 0;
    assert.equal((await byMeaning(window(), sessionId))[0], entryId);
    assert.deepEqual(fake.embeddings.inputs, [[question]]);
  });

  for (const [what, failing] of [
    ['fails', { kind: 'error', status: 500 }],
    ['refuses the key', { kind: 'error', status: 401, code: 'invalid_api_key' }],
    ['hangs up', { kind: 'hang_up' }],
    ['sends something else', { kind: 'raw', status: 200, body: '{"object":"list","data":[]}' }],
  ] as const) {
    it(`goes by its own vectors where the server ${what}, and says so once`, async () => {
      fake.embeddings.failing = failing;
      const first = window();
      const { sessionId } = await talk(first, 20);
      const [dentist] = await first.store.append(sessionId, [user('My dentist pulled a tooth.')]);
      for (let times = 0; times < 3; times++) {
        const hits = await first.all(sessionId, 'medical surgery');
        assert.equal(hits[0]?.entryId, dentist?.id);
      }
      assert.deepEqual(first.told, ['embeddings_failed']);
      assert.ok(fake.requests.length <= 2, 'it is left alone for a while');
    });
  }

  it('sends no secret, and no half of one where a long text ends', async () => {
    const first = window();
    const { sessionId } = await talk(first, 0);
    const all = canaries().slice(0, 12);
    await first.store.append(
      sessionId,
      all.map(({ line, secret }) => {
        const before = 2_000 - line.indexOf(secret) - Math.floor(secret.length / 2);
        return user(`${'filler '.repeat(Math.ceil(before / 7)).slice(-before)}${line}`);
      }),
    );
    await first.store.append(sessionId, [...all.map(({ line }) => user(line)), user('The last zorbl.')]);
    while (!fake.embeddings.inputs.flat().includes('The last zorbl.'))
      await first.all(sessionId, `${question} ${all[0]?.line}`);
    const sent = JSON.stringify(fake.requests.map(({ body }) => body));
    const seen = all.filter(({ secret }) => sent.includes(secret.slice(0, secret.length / 2)));
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      [],
    );
    assert.ok(fake.embeddings.inputs.flat().every((text) => text.length <= 2_000));
  });

  for (const [what, close] of [
    [
      'in Restricted Mode',
      () => {
        trusted = false;
      },
    ],
    [
      'to another machine from a workspace that is marked local-only',
      () => {
        elsewhere = 'https://models.example.com/v1';
        settings.localOnly = true;
      },
    ],
    ['while none is set', () => Object.assign(settings, { embeddings: '' })],
  ] as const) {
    it(`sends nothing ${what}, and is found by words all the same`, async () => {
      close();
      const first = window();
      const { sessionId, entryId } = await talk(first, 5);
      assert.deepEqual(await first.ids(sessionId, 'cellar'), [entryId]);
      assert.deepEqual([fake.requests.length, first.told], [0, []]);
    });
  }

  it('asks a server on this machine in a workspace that is marked local-only', async () => {
    settings.localOnly = true;
    const first = window();
    const { sessionId, entryId } = await talk(first, 40);
    await found(first, sessionId, entryId);
    assert.ok(fake.embeddings.inputs.length > 0);
  });

  it('keeps nothing of a private session', async () => {
    const first = window();
    const { id } = await first.store.create({ door: 'panel', private: true });
    const [entry] = await first.store.append(id, [user('A zorbl hangs in the cellar.'), ...idle(63)]);
    await found(first, id, entry?.id ?? '');
    assert.deepEqual(kept(), []);
  });
});
