import assert from 'node:assert/strict';
import type { ProfileFile } from '../../../src/core/ports.ts';
import type { AssistantEntry } from '../../../src/protocol/entries.ts';
import type { TurnInput } from '../../../src/protocol/turnInput.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

const helper: ProfileFile = {
  name: 'helper',
  source: 'user',
  text: '---\ndescription: x\nmodel: anthropic/claude-haiku-5-5\ngrounding: off\n---\nHelp.',
};

describe('The profile of a session', () => {
  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore({ profileFiles: [helper] });
    core.fake.always(() => answer('ok'));
    core.workspace.openFiles = [
      { uri: 'file:///w/a.ts', path: 'a.ts', languageId: 'typescript', text: 'let a = 1;', active: true },
    ];
    sessionId = (await core.store.create({ door: 'cli' })).id;
  });
  afterEach(() => core.close());

  async function ask(input: Partial<TurnInput> = {}): Promise<AssistantEntry> {
    const turn = await core.engine.startTurn(sessionId, { text: 'Q', door: 'cli', ...input });
    for await (const event of turn.events)
      if (event.type === 'turn.ended' && event.entry.kind === 'assistant') return event.entry;
    return assert.fail('the turn has no end');
  }
  const labels = (entry: AssistantEntry) => entry.report?.segments.map(({ label }) => label) ?? [];

  it('is the coding assistant at first, with the model and the grounding of the settings', async () => {
    const entry = await ask();
    assert.equal(entry.model, 'claude-sonnet-5-5');
    assert.deepEqual(labels(entry), ['2 tools', 'Causeway', 'a.ts', 'Your input']);
  });

  it('is the one an input names, from there on, and is kept once', async () => {
    for (const input of [{ profile: 'Helper' }, { profile: 'helper' }, {}]) {
      const entry = await ask(input);
      assert.equal(entry.model, 'claude-haiku-5-5');
      assert.deepEqual(labels(entry).includes('a.ts'), false);
      assert.ok(labels(entry).includes('Causeway as “helper”'));
    }
    assert.equal((await core.store.ofKinds(sessionId, ['profile'])).length, 1);
    assert.equal((await ask({ profile: 'coding' })).model, 'claude-sonnet-5-5');
  });

  it('is the setting’s where the session has chosen none, also for what is to be sent', async () => {
    core.settings.profile = 'helper';
    const report = await core.engine.preview(sessionId, { text: 'Q', door: 'cli' });
    assert.deepEqual(
      report.segments.map(({ label }) => label),
      ['2 tools', 'Causeway as “helper”', 'Your input'],
    );
    assert.equal((await core.engine.modelFor(sessionId)).model.id, 'claude-haiku-5-5');
  });

  it('chooses below what the session and the input choose', async () => {
    await core.engine.setModel(sessionId, 'anthropic/claude-opus-5-5', 'cli');
    assert.equal((await ask({ profile: 'helper' })).model, 'claude-opus-5-5');
    assert.equal((await ask({ model: 'anthropic/claude-sonnet-5-5' })).model, 'claude-sonnet-5-5');
    assert.ok(labels(await ask({ grounding: 'open_files' })).includes('a.ts'));
  });

  it('that nobody knows is refused with those there are, and nothing is stored', async () => {
    await assert.rejects(ask({ profile: 'nobody' }), { code: 'profile_not_found' });
    await assert.rejects(ask({ profile: 'helper', text: ' ' }), { code: 'empty_input' });
    assert.deepEqual(await core.store.log(sessionId), []);
  });

  it('that is gone gives way to the setting’s', async () => {
    const mark = { id: crypto.randomUUID(), at: 0, door: 'cli' as const };
    await core.store.append(sessionId, [{ ...mark, kind: 'profile', name: 'gone' }]);
    assert.ok(labels(await ask()).includes('Causeway'));
  });
});
