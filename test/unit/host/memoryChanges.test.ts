import assert from 'node:assert/strict';
import { changeMemory, frameWords, panelMemory } from '../../../src/host/panel/memoryChanges.ts';
import type { MemoryChange } from '../../../src/protocol/panelContext.ts';
import { startCore, type TestCore } from '../../support/core.ts';

describe('what the panel changes in what a session remembers', function () {
  this.timeout(10_000);
  let core: TestCore;
  let sessionId: string;
  let proposed: string[];
  beforeEach(async () => {
    core = await startCore();
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
    proposed = [];
  });
  afterEach(() => core.close());

  const change = (one: MemoryChange) =>
    changeMemory(core.engine, sessionId, one, async (text) => void proposed.push(text));
  const shown = () => panelMemory(core.engine, sessionId);

  it('a directive that is added is in every request, can be edited, removed and brought back', async () => {
    await change({ type: 'directive.add', text: 'Always be brief.' });
    const [added] = (await shown()).directives;
    assert.ok(added);
    assert.deepEqual([added.text, added.state, added.origin], ['Always be brief.', 'confirmed', 'user']);
    const { directiveId } = added;
    await change({ type: 'directive.edit', directiveId, text: 'Be very brief.' });
    await change({ type: 'directive.state', directiveId, state: 'removed' });
    assert.equal((await shown()).directives[0]?.state, 'removed');
    await change({ type: 'directive.state', directiveId, state: 'confirmed' });
    const [back] = (await shown()).directives;
    assert.deepEqual([back?.text, back?.state], ['Be very brief.', 'confirmed']);
  });

  it('a directive for the workspace is proposed and nothing is stored', async () => {
    await change({ type: 'directive.add', text: 'Always be brief.' });
    const [added] = (await shown()).directives;
    assert.ok(added);
    const before = await core.store.log(sessionId);
    await change({ type: 'directive.promote', directiveId: added.directiveId, to: 'workspace' });
    assert.deepEqual(proposed, ['Always be brief.']);
    assert.deepEqual(await core.store.log(sessionId), before);
  });

  it('what is not there is refused', async () => {
    const directiveId = crypto.randomUUID();
    await assert.rejects(change({ type: 'directive.promote', directiveId, to: 'workspace' }), {
      code: 'not_found',
    });
    await assert.rejects(change({ type: 'frame.active', frameId: directiveId, active: false }), {
      code: 'not_found',
    });
  });

  it('nothing to put into a frame is said', async () =>
    assert.equal(await change({ type: 'compact' }), false));

  it('a task has its steps, and is closed and opened again', async () => {
    await change({
      type: 'task',
      change: { title: 'Uploads', steps: [{ text: 'Ask the server', state: 'pending' }] },
    });
    const [task] = (await shown()).tasks;
    assert.ok(task);
    const { taskId } = task;
    await change({ type: 'task', change: { taskId, steps: [{ text: 'Ask the server', state: 'done' }] } });
    await change({ type: 'task', change: { taskId, state: 'done' } });
    assert.deepEqual(
      (await shown()).tasks.map(({ state, steps }) => [state, steps[0]?.state]),
      [['done', 'done']],
    );
  });

  it('a frame is told with the times of what it covers, and switched off and on', async () => {
    const said = await core.store.append(
      sessionId,
      ['Why?', 'And then?'].map((text, index) => ({
        id: crypto.randomUUID(),
        at: 1_000 * (index + 1),
        door: 'panel' as const,
        kind: 'user' as const,
        turnId: crypto.randomUUID(),
        content: [{ type: 'text' as const, text }],
        grounding: 'off' as const,
      })),
    );
    const [first, last] = said;
    assert.ok(first && last);
    const body = {
      goals: ['Know why.'],
      decisions: [],
      facts: [],
      entities: [],
      files: [],
      failed: [],
      openSteps: [],
      preferences: [],
    };
    await core.store.append(sessionId, [
      {
        id: crypto.randomUUID(),
        at: 3_000,
        door: 'core',
        kind: 'frame',
        covers: { fromId: first.id, toId: last.id },
        method: 'extractive',
        active: true,
        body,
      },
    ]);
    const [frame] = (await shown()).frames;
    assert.ok(frame && frame.tokens > 0);
    assert.deepEqual([frame.from, frame.to, frame.turnCount, frame.active], [1_000, 2_000, 2, true]);
    await change({ type: 'frame.active', frameId: frame.id, active: false });
    const [off] = (await shown()).frames;
    assert.equal(off?.active, false);
    await change({ type: 'frame.edit', frameId: off.id, body: { ...body, goals: ['Know when.'] } });
    const [edited] = (await shown()).frames;
    assert.ok(edited?.method === 'edited');
    assert.deepEqual((await frameWords(core.engine, sessionId, edited.id)).goals, ['Know when.']);
    await assert.rejects(frameWords(core.engine, sessionId, frame.id), { code: 'not_found' });
  });
});
