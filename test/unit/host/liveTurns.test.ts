import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';
import { LiveTurns } from '../../../src/host/liveTurns.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

describe('The turns that are answered now', function () {
  // A core starts a worker, and the machine may be busy.
  this.timeout(20_000);
  let core: TestCore;
  let live: LiveTurns;
  const opened = new Emitter<void>();
  const input = { text: 'x', grounding: 'off', door: 'panel' } as const;
  const gated = { kind: 'drip', text: 'a b c d', gated: true } as const;

  beforeEach(async () => {
    core = await startCore();
    live = new LiveTurns({ onEvent: core.engine.onEvent, onDidOpen: opened.event });
  });
  afterEach(async () => {
    live.dispose();
    await core.close();
  });

  /** Begins a turn whose answer does not end by itself. */
  async function begin(): Promise<string> {
    const { id } = await core.store.create({ door: 'panel' });
    core.fake.enqueue(gated);
    await core.engine.startTurn(id, input);
    await core.fake.gate.arrived();
    return id;
  }

  it('are none before one begins and after it ends', async () => {
    const { id } = await core.store.create({ door: 'panel' });
    core.fake.enqueue(answer('Done.'));
    const seen: boolean[] = [];
    live.onDidChange(() => seen.push(live.any));
    const { events } = await core.engine.startTurn(id, input);
    for await (const _ of events);
    assert.deepEqual(seen, [true, false]);
  });

  it('are named by their sessions', async () => {
    const first = await begin();
    const second = await begin();
    assert.deepEqual(live.sessions, [first, second]);
    await core.engine.stopTurn(first);
    assert.deepEqual(live.sessions, [second]);
  });

  it('are over when their session is deleted for good', async () => {
    const id = await begin();
    const purged = core.event('session.purged');
    await core.store.purge(id);
    await purged;
    assert.equal(live.any, false);
  });

  it('are over when their core is closed', async () => {
    await begin();
    await core.engine.close();
    assert.equal(live.any, false);
  });

  it('are over when another core takes its place, whatever was told of them', async () => {
    await begin();
    opened.fire();
    assert.equal(live.any, false);
  });
});
