import assert from 'node:assert/strict';
import type { TurnInput } from '../../../src/protocol/turnInput.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const picture = {
  type: 'image' as const,
  source: { type: 'base64' as const, media_type: 'image/png' as const, data: png },
};

describe('The title of a new session', () => {
  let core: TestCore;
  let sessionId: string;
  let untitled: string;

  beforeEach(async () => {
    core = await startCore();
    core.fake.always(() => answer('Yes.'));
    const session = await core.store.create({ door: 'panel' });
    sessionId = session.id;
    untitled = session.title;
  });
  afterEach(() => core.close());

  const title = async (): Promise<string | undefined> =>
    (await core.store.list()).find(({ id }) => id === sessionId)?.title;
  const say = async (text: string, more: Partial<TurnInput> = {}): Promise<string> => {
    const turn = await core.engine.startTurn(sessionId, { text, door: 'panel', ...more });
    for await (const _ of turn.events);
    return turn.turnId;
  };

  const inputs: [input: string, title: string][] = [
    ['Why is the upload flaky?', 'Why is the upload flaky?'],
    ['  \n\n  Why is it\t flaky?  \nIt fails at night.', 'Why is it flaky?'],
    [
      'Please explain to me why the retry timer of the upload is created too early',
      'Please explain to me why the retry timer of the upload is…',
    ],
    ['x'.repeat(200), `${'x'.repeat(59)}…`],
    ['😀'.repeat(100), `${'😀'.repeat(29)}…`],
    ['a'.repeat(60), 'a'.repeat(60)],
  ];
  for (const [input, expected] of inputs) {
    it(`is ${expected} when the first input is ${JSON.stringify(input.slice(0, 40))}`, async () => {
      await say(input);
      const found = await title();
      assert.equal(found, expected);
      assert.ok(found.length <= 60);
      assert.doesNotThrow(() => encodeURIComponent(found), 'no half character');
    });
  }

  it('is there before the answer is, and told to every window', async () => {
    core.fake.always(undefined);
    core.fake.enqueue({ kind: 'drip', text: 'A', gated: true });
    const changed = core.event('session.changed', ({ session }) => session.title === 'First');
    const turn = await core.engine.startTurn(sessionId, { text: 'First', door: 'panel' });
    assert.equal((await changed).session.id, sessionId);
    core.fake.gate.step(1);
    for await (const _ of turn.events);
  });

  it('stays when more is said, when a turn is retried or edited, and when the first fails', async () => {
    core.fake.enqueue({ kind: 'error', status: 401 });
    const first = await say('First');
    await say('Second');
    const again = await core.engine.retryTurn(sessionId, first, 'panel');
    for await (const _ of again.events);
    await say('Edited', { parentId: null });
    assert.equal(await title(), 'First');
  });

  it('comes from the first input with words, when a picture came before', async () => {
    await say('', { media: [picture] });
    assert.equal(await title(), untitled);
    await say('What is this?');
    assert.equal(await title(), 'What is this?');
  });

  it('never takes the place of one the user gave', async () => {
    await core.engine.renameSession(sessionId, 'Mine', 'panel');
    await say('First');
    assert.equal(await title(), 'Mine');
    await core.engine.renameSession(sessionId, 'Other', 'panel');
    assert.equal(await title(), 'Other');
  });

  const names: [title: string, ok: boolean][] = [
    ['', false],
    ['   ', false],
    ['x'.repeat(201), false],
    ['x'.repeat(200), true],
    ['  Mine  ', true],
  ];
  for (const [name, ok] of names) {
    it(`${ok ? 'can' : 'cannot'} be changed to ${JSON.stringify(name.slice(0, 10))} of ${name.length} characters`, async () => {
      const renaming = core.engine.renameSession(sessionId, name, 'panel');
      if (ok) assert.equal((await renaming).title, name.trim());
      else {
        await assert.rejects(renaming, { code: 'invalid_input' });
        assert.equal(await title(), untitled);
      }
    });
  }
});
