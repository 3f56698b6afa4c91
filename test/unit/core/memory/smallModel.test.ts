import assert from 'node:assert/strict';
import type { FrameEntry } from '../../../../src/protocol/entries.ts';
import * as chat from '../../../support/openai/script.ts';
import { startTwo, type Two } from '../../../support/twoProviders.ts';
import { answerFrames, ask, askedForFrames, frameAnswer, longText, nextFrame } from './talk.ts';

describe('A small model', function () {
  // Many turns, each with its fsync, on a disk others use too.
  this.timeout(30_000);
  let two: Two;
  let sessionId: string;
  async function start(contextTokens: number) {
    two = await startTwo('openai', { contextTokens, maxOutputTokens: 2_000 });
    const { core } = two;
    Object.assign(core.settings, {
      compaction: 'model',
      conversationTokens: 3_000,
      smallModel: 'mine/fake-small',
    });
    answerFrames(core.fake, frameAnswer({ goals: ['By Claude'] }));
    sessionId = (await core.store.create({ door: 'panel' })).id;
  }
  afterEach(async () => {
    await two.core.close();
    await two.fake.close();
  });

  async function untilFrame(): Promise<FrameEntry> {
    const happens = nextFrame(two.core);
    let hasHappened = false;
    void happens.then(() => {
      hasHappened = true;
    });
    for (let n = 0; n < 30 && !hasHappened; n++) await ask(two.core, sessionId, longText(`part ${n}`));
    return happens;
  }

  it('writes the frames of a session in which another answers', async () => {
    await start(32_000);
    const [block] = frameAnswer({ goals: ['By the small one'] }).blocks;
    const text = block?.type === 'text' ? block.deltas.join('') : '';
    two.fake.always(() => chat.answer(text));
    const frame = await untilFrame();
    assert.deepEqual(
      [frame.method, frame.model, frame.body.goals],
      ['model', 'mine/fake-small', ['By the small one']],
    );
    assert.deepEqual(askedForFrames(two.core.fake), []);
    assert.ok(two.fake.requests.every(({ body }) => JSON.stringify(body).includes('json_schema')));
  });

  it('that cannot be asked leaves them to the model of the session', async () => {
    await start(32_000);
    two.fake.always(() => ({ kind: 'error', status: 503, headers: { 'retry-after-ms': '3' } }));
    const frame = await untilFrame();
    assert.deepEqual([frame.model, frame.body.goals], ['anthropic/claude-sonnet-5-5', ['By Claude']]);
  });

  it('is not asked for what is too long for it', async () => {
    await start(1_024);
    const frame = await untilFrame();
    assert.deepEqual([frame.model, two.fake.requests.length], ['anthropic/claude-sonnet-5-5', 0]);
  });

  it('that is not to be had is as if none were set', async () => {
    await start(32_000);
    two.keys.clear();
    assert.equal((await untilFrame()).model, 'anthropic/claude-sonnet-5-5');
  });
});
