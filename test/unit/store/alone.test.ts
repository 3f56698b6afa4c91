import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { alone } from '../../../src/store/alone.ts';
import { thisHolder } from '../../../src/store/sqlite/holder.ts';

describe('Work that one process does at a time', () => {
  let folder: string;
  let lock: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-alone-'));
    lock = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is done at once when its last process died with the lock', () => {
    writeFileSync(lock, [hostname(), spawnSync(process.execPath, ['--version']).pid, '1', 'x'].join('|'));
    assert.equal(
      alone(lock, () => 'done'),
      'done',
    );
    assert.equal(existsSync(lock), false);
  });

  it('waits for a process that lives, however old its lock is', async () => {
    writeFileSync(lock, thisHolder());
    utimesSync(lock, 0, 0);
    const released = join(folder, 'released');
    const worker = new Worker(new URL('./aloneWorker.ts', import.meta.url), {
      workerData: { lock, released },
    });
    const messages: unknown[] = [];
    worker.on('message', (message) => messages.push(message));
    await once(worker, 'message');
    // In the time another process takes to start and end, whoever does not wait is done.
    await once(spawn(process.execPath, ['--version']), 'exit');
    writeFileSync(released, '');
    rmSync(lock);
    await once(worker, 'exit');
    assert.deepEqual(messages, ['asks', 'waited']);
  });

  it('is left behind by another machine after a long while only', () => {
    writeFileSync(lock, 'another-machine|1|1|x');
    const long = Date.now() / 1_000 - 3_600;
    utimesSync(lock, long, long);
    assert.equal(
      alone(lock, () => 'done'),
      'done',
    );
  });

  it('gives its lock back when it fails', () => {
    assert.throws(() =>
      alone(lock, () => {
        throw new Error('failed');
      }),
    );
    assert.equal(existsSync(lock), false);
  });
});
