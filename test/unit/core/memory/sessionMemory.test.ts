import assert from 'node:assert/strict';
import type { FrameBody, FrameEntry } from '../../../../src/protocol/entries.ts';
import { startCore, type TestCore } from '../../../support/core.ts';

const body = (goal: string): FrameBody => ({
  goals: [goal],
  decisions: [],
  facts: [],
  entities: [],
  files: [],
  failed: [],
  openSteps: [],
  preferences: [],
});

const absent = '00000000-0000-4000-8000-00000000000a';

describe('What a session remembers', () => {
  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    sessionId = (await core.store.create({ door: 'panel' })).id;
  });
  afterEach(() => core.close());

  async function ask(text: string): Promise<{ userId: string; answerId: string }> {
    const turn = await core.engine.startTurn(sessionId, { text, door: 'panel' });
    for await (const _ of turn.events);
    const [user, answer] = (await core.store.path(sessionId)).filter(
      (entry) => 'turnId' in entry && entry.turnId === turn.turnId,
    );
    assert.ok(user && answer);
    return { userId: user.id, answerId: answer.id };
  }

  async function frameOf(fromId: string, toId: string, goal: string): Promise<FrameEntry> {
    const draft = { id: crypto.randomUUID(), at: 5, door: 'core' as const };
    const covers = { fromId, toId };
    const [entry] = await core.store.append(sessionId, [
      { ...draft, kind: 'frame', covers, method: 'extractive', active: true, body: body(goal) },
    ]);
    assert.equal(entry?.kind, 'frame');
    return entry;
  }

  it('is nothing but the default profile in a new session', async () => {
    const view = await core.engine.memory.view(sessionId);
    assert.deepEqual(view, { frames: [], directives: [], tasks: [], profile: 'coding' });
  });

  it('cannot be seen of a session that is not there', async () => {
    await assert.rejects(core.engine.memory.view(absent), { code: 'not_found' });
  });

  it('is a frame, which can be edited, switched off and on, with what it covers counted', async () => {
    const first = await ask('One?');
    const second = await ask('Two?');
    const written = await frameOf(first.userId, second.answerId, 'ask twice');
    const { memory } = core.engine;

    const edited = await memory.editFrame(sessionId, written.id, body('ask two things'), 'panel');
    const off = await memory.setFrameActive(sessionId, edited.id, false, 'panel');
    const { frames } = await memory.view(sessionId);
    assert.deepEqual(
      frames.map(({ id, method, active, turnCount, entryCount, body }) => ({
        id,
        method,
        active,
        turnCount,
        entryCount,
        goals: body.goals,
      })),
      [
        {
          id: off.id,
          method: 'edited',
          active: false,
          turnCount: 2,
          entryCount: 4,
          goals: ['ask two things'],
        },
      ],
    );
    await assert.rejects(memory.editFrame(sessionId, written.id, body('late'), 'panel'), {
      code: 'not_found',
    });
  });

  it('leaves out a frame of turns that are not on the branch any more', async () => {
    const first = await ask('One?');
    const second = await ask('Two?');
    await frameOf(first.userId, second.answerId, 'both');
    await core.engine.rewind(sessionId, first.answerId, 'panel');
    assert.deepEqual((await core.engine.memory.view(sessionId)).frames, []);
  });

  it('is a directive from the list, its wording, and its removal', async () => {
    const { memory } = core.engine;
    const { directiveId } = await memory.addDirective(sessionId, ' Use tabs. ', 'panel');
    await memory.changeDirective(sessionId, directiveId, { text: 'Use two spaces.' }, 'panel');
    await memory.changeDirective(sessionId, directiveId, { state: 'removed' }, 'panel');
    const { directives } = await memory.view(sessionId);
    assert.deepEqual(
      directives.map(({ text, state, origin, scope, history }) => ({
        text,
        state,
        origin,
        scope,
        before: history.map((one) => one.text),
      })),
      [
        {
          text: 'Use two spaces.',
          state: 'removed',
          origin: 'user',
          scope: 'session',
          before: ['Use tabs.'],
        },
      ],
    );
  });

  it('is a task whose steps change while its title stays', async () => {
    const { memory } = core.engine;
    const steps = [{ text: 'Read the log', state: 'pending' as const }];
    const { taskId } = await memory.changeTask(sessionId, { title: 'Find the leak', steps }, 'panel');
    await memory.changeTask(
      sessionId,
      { taskId, steps: [{ text: 'Read the log', state: 'done' }], state: 'done' },
      'panel',
    );
    const { tasks } = await memory.view(sessionId);
    assert.deepEqual(
      tasks.map(({ at: _, ...task }) => task),
      [
        {
          taskId,
          title: 'Find the leak',
          state: 'done',
          steps: [{ text: 'Read the log', state: 'done' }],
        },
      ],
    );
  });

  const refused: [title: string, act: () => Promise<unknown>, code: string][] = [
    [
      'a task without a title',
      () => core.engine.memory.changeTask(sessionId, { steps: [] }, 'panel'),
      'invalid_input',
    ],
    [
      'a change of a task that is not there',
      () => core.engine.memory.changeTask(sessionId, { taskId: absent }, 'panel'),
      'not_found',
    ],
    ['an empty directive', () => core.engine.memory.addDirective(sessionId, ' ', 'panel'), 'invalid_input'],
    [
      'a directive that is not there',
      () => core.engine.memory.changeDirective(sessionId, absent, { text: 'x' }, 'panel'),
      'not_found',
    ],
    [
      'a profile nobody knows',
      () => core.engine.memory.setProfile(sessionId, 'pirate', 'panel'),
      'profile_not_found',
    ],
    [
      'a frame that is not there',
      () => core.engine.memory.setFrameActive(sessionId, absent, false, 'panel'),
      'not_found',
    ],
  ];
  for (const [title, act, code] of refused) {
    it(`refuses ${title} and stores nothing`, async () => {
      await assert.rejects(act(), { code });
      assert.equal((await core.store.log(sessionId)).length, 0);
    });
  }
});
