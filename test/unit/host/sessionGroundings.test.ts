import assert from 'node:assert/strict';
import { Inspections } from '../../../src/host/panel/inspections.ts';
import { sendInput } from '../../../src/host/panel/sendInput.ts';
import { SessionGroundings } from '../../../src/host/sessionGroundings.ts';
import type { GroundingMode } from '../../../src/protocol/entries.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

describe('The grounding of a session in the panel', function () {
  this.timeout(10_000);
  let core: TestCore;
  let sessionId: string;
  let stored: unknown;
  let changes: number;
  let groundings: SessionGroundings;
  const open = () =>
    new SessionGroundings({
      memory: {
        get: () => stored,
        set: async (value) => {
          stored = value;
        },
      },
      set: async (grounding) => {
        core.settings.grounding = grounding;
      },
      changed: () => changes++,
    });
  beforeEach(async () => {
    core = await startCore();
    core.fake.always(() => answer('Noted.'));
    core.workspace.openFiles = [
      { uri: 'file:///w/a.ts', path: 'a.ts', languageId: 'typescript', text: 'let a = 1;', active: true },
    ];
    stored = undefined;
    changes = 0;
    groundings = open();
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
  });
  afterEach(() => core.close());

  const setProfile = (name: string) => core.engine.memory.setProfile(sessionId, name, 'panel');
  const choose = (grounding: GroundingMode) => groundings.choose(core.engine, sessionId, grounding);

  /** The dropdown, the preview and what is sent agree. */
  async function check(expected: GroundingMode): Promise<void> {
    assert.equal(await groundings.of(core.engine, sessionId), expected);
    const hasFile = expected !== 'off';
    const inspections = new Inspections({
      chosen: (...asked) => groundings.chosen(...asked),
      taken: async (all) => ({ attachments: [...all], media: [] }),
    });
    const { report } = await inspections.view(core.engine, {
      sessionId,
      of: { kind: 'next', input: { text: 'And?', attachments: [], excluded: [] } },
    });
    assert.equal(
      report.segments.some(({ kind }) => kind === 'grounding'),
      hasFile,
    );
    const ended = core.event('turn.ended');
    await sendInput(
      core.engine,
      { sessionId, text: 'And?', attachments: [], excluded: [] },
      { ...(await groundings.chosen(core.engine, sessionId)), door: 'panel' },
    );
    await ended;
    assert.equal(JSON.stringify(core.fake.requests.at(-1)?.body).includes('let a = 1;'), hasFile);
  }

  it('is the setting where its profile names none, which a choice changes for all sessions', async () => {
    await check('open_files');
    await choose('off');
    assert.deepEqual([core.settings.grounding, stored], ['off', undefined]);
    await check('off');
  });

  it('is what its profile names', async () => {
    await setProfile('storyteller');
    await check('off');
  });

  it('is what the user chose beside the profile, for this session alone, and is still after a restart', async () => {
    await setProfile('storyteller');
    await choose('open_files');
    assert.equal(changes, 1);
    groundings = open();
    await check('open_files');
    assert.equal(core.settings.grounding, 'open_files');
    const other = await core.store.create({ door: 'panel' });
    await core.engine.memory.setProfile(other.id, 'storyteller', 'panel');
    assert.equal(await groundings.of(core.engine, other.id), 'off');
  });

  it('is the profile’s again once another one that names one answers', async () => {
    await setProfile('storyteller');
    await choose('open_files');
    await setProfile('document-analyst');
    await check('off');
  });

  it('is known to an input that is sent while it is still being chosen', async () => {
    await setProfile('storyteller');
    const chosen = choose('open_files');
    assert.deepEqual(await groundings.chosen(core.engine, sessionId), { grounding: 'open_files' });
    await chosen;
  });

  it('of a private session is kept nowhere', async () => {
    ({ id: sessionId } = await core.engine.createSession({ door: 'panel', private: true }));
    await setProfile('storyteller');
    await choose('open_files');
    await check('open_files');
    assert.equal(stored, undefined);
  });
});
