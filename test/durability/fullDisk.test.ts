import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filled, Scratch, textsOf, user } from '../unit/store/sqlite/samples.ts';

describe('A full disk', function () {
  this.timeout(60_000);
  let scratch: Scratch;
  let disk: string;
  beforeEach(() => {
    scratch = new Scratch();
    disk = scratch.folder;
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', disk]);
  });
  afterEach(async () => {
    await scratch.closeAll();
    execFileSync('umount', [disk]);
    await scratch.end();
  });

  const ballast = () => join(disk, 'ballast');
  const fill = () => {
    // What is left is taken in ever smaller pieces, so that not a page is free.
    for (let size = 65_536; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) writeFileSync(ballast(), Buffer.alloc(size, 1), { flag: 'a' });
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
      }
    }
    assert.equal(statfsSync(disk).bfree, 0);
  };

  it('refuses writes in words, goes on answering reads, and is over when space returns (threat 23)', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one', 'two');
    fill();
    const big = user('x'.repeat(20_000));
    const refused = { code: 'store_unavailable', message: /cannot be written.*free disk space/ };
    for (let attempt = 0; attempt < 3; attempt++) await assert.rejects(store.append(id, [big]), refused);
    await assert.rejects(
      store.submitTurn(user('y'.repeat(20_000)), id, { provider: 'p', model: 'm' }),
      refused,
    );
    assert.deepEqual(await textsOf(store, id), ['one', 'two']);
    assert.equal((await store.list()).length, 1);
    assert.equal((await store.search('two')).length, 1);
    assert.equal(await store.liveTurn(id), undefined);
    rmSync(ballast());
    await store.append(id, [big]);
    assert.equal((await store.log(id)).length, 3);
    await store.close();
    const again = scratch.open();
    assert.deepEqual((await again.status()).notices, []);
    assert.equal((await again.log(id)).length, 3);
  });

  it('at the start fails with words or shows the sessions, and works once there is space (threat 23)', async () => {
    const first = scratch.open();
    const id = await filled(first, 'one');
    await first.close();
    fill();
    const store = scratch.open();
    await store.log(id).then(
      (entries) => assert.equal(entries.length, 1),
      (error: unknown) => assert.equal((error as { code?: string }).code, 'store_unavailable'),
    );
    rmSync(ballast());
    await store.append(id, [user('two')]);
    assert.deepEqual(await textsOf(store, id), ['one', 'two']);
  });
});
