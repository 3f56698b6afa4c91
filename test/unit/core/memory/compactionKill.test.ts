import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { answer } from '../../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../../support/core.ts';
import { ask, closed, framesOf } from './talk.ts';

describe('A window that is killed while it writes a frame', function () {
  // Another process loads the core and the SDK.
  this.timeout(60_000);
  let core: TestCore;
  beforeEach(async () => {
    core = await startCore();
  });
  afterEach(() => closed(core));

  it('leaves the session as it was, and another window writes the frame', async () => {
    const { id } = await core.store.create({ door: 'panel' });
    await ask(core, id, 'Make uploads resumable for everyone.');
    await ask(core, id, 'And now?');
    const before = await core.store.log(id);
    const writing = new Promise<void>((resolve) => {
      core.fake.always((body) => {
        if (!body.output_config?.format) return answer('Done.');
        resolve();
        return { kind: 'stall', text: '{"goals":["half of a fr' };
      });
    });
    const file = fileURLToPath(new URL('./compactionProcess.ts', import.meta.url));
    const killed = spawn(process.execPath, [file, core.folder, core.fake.url, core.fake.key, id], {
      stdio: 'inherit',
    });
    await writing;
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    assert.deepEqual(await core.store.log(id), before);

    core.fake.always(undefined);
    const frame = await core.engine.memory.compact(id, 'panel');
    assert.deepEqual(frame?.body.goals, ['Make uploads resumable for everyone.']);
    assert.equal((await framesOf(core, id)).length, 1);
  });
});
