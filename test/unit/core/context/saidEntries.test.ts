import assert from 'node:assert/strict';
import { SaidEntries } from '../../../../src/core/context/saidEntries.ts';
import type { SessionStore } from '../../../../src/core/session/store.ts';
import type { EntryDraft } from '../../../../src/protocol/entries.ts';
import { startCore, type TestCore } from '../../../support/core.ts';

const asked = (text: string): EntryDraft => ({
  id: crypto.randomUUID(),
  at: 1,
  door: 'cli',
  kind: 'user',
  turnId: crypto.randomUUID(),
  content: [{ type: 'text', text }],
  grounding: 'off',
});

describe('What was said, kept in memory', () => {
  let core: TestCore;
  let sessionId: string;
  let reads: number;
  /** Holds an answer of the store back until it resolves. */
  let held: Promise<void> | undefined;
  let said: SaidEntries;

  beforeEach(async () => {
    core = await startCore();
    sessionId = (await core.store.create({ door: 'cli', private: true })).id;
    reads = 0;
    held = undefined;
    const store: SessionStore = {
      ...core.store,
      entries: async (...args) => {
        const found = await core.store.entries(...args);
        reads += found.length;
        await held;
        return found;
      },
    };
    said = new SaidEntries(store);
  });
  afterEach(() => core.close());

  const append = async (...texts: string[]): Promise<string[]> =>
    (await core.store.append(sessionId, texts.map(asked))).map(({ id }) => id);
  const textsOf = async (ids: string[]) =>
    (await said.of(sessionId, ids)).map((entry) => (entry.kind === 'user' ? entry.content : []));
  const one = (text: string) => [{ type: 'text', text }];

  it('is read once, in the order it is asked for', async () => {
    const [first = '', second = ''] = await append('one', 'two');
    assert.deepEqual(await textsOf([second, first]), [one('two'), one('one')]);
    assert.deepEqual(await textsOf([first]), [one('one')]);
    assert.equal(reads, 2);
  });

  it('is not kept when its session was purged while it was read', async () => {
    const ids = await append('secret');
    const gate = Promise.withResolvers<void>();
    held = gate.promise;
    const reading = textsOf(ids);
    await core.store.purge(sessionId);
    said.follow({ type: 'purged', own: true, sessionId });
    gate.resolve();
    assert.deepEqual(await reading, [one('secret')]);
    await assert.rejects(textsOf(ids), { code: 'not_found' });
  });

  it('is kept up to a limit, the newest last', async () => {
    const large = 'x'.repeat(3_000_000);
    const ids = await append(...Array.from({ length: 5 }, () => large));
    await textsOf(ids);
    await textsOf(ids.slice(-3));
    assert.equal(reads, 5);
    await textsOf(ids.slice(0, 1));
    assert.equal(reads, 6);
  });
});
