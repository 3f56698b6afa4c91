import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openUserDatabase } from '../../../../src/store/user/openUserDatabase.ts';
import { scratch } from './samples.ts';

describe('What was learned of a model’s tokens', () => {
  let dataFolder: string;
  let file: string;
  const workerUrl = new URL('../../../../src/workers/user.ts', import.meta.url);
  beforeEach(() => {
    dataFolder = scratch();
    file = join(dataFolder, 'user.db');
  });
  afterEach(() => rmSync(dataFolder, { recursive: true }));

  it('is known to the next window, as it was learned last', async () => {
    const first = openUserDatabase({ file, workerUrl });
    await first.tokenFactors.save('anthropic/one', 1.1);
    await first.tokenFactors.save('anthropic/one', 1.25);
    await first.tokenFactors.save('anthropic/two', 0.9);
    await first.close();
    const next = openUserDatabase({ file, workerUrl });
    try {
      assert.deepEqual([...(await next.tokenFactors.load())].sort(), [
        ['anthropic/one', 1.25],
        ['anthropic/two', 0.9],
      ]);
    } finally {
      await next.close();
    }
  });

  it('is learned anew where a row makes no sense', async () => {
    const first = openUserDatabase({ file, workerUrl });
    await first.tokenFactors.save('anthropic/one', 1.1);
    await first.tokenFactors.save('anthropic/two', 1.2);
    await first.close();
    const db = new DatabaseSync(file);
    db.exec(`UPDATE token_factor SET factor = -3 WHERE model = 'anthropic/two'`);
    db.close();
    const next = openUserDatabase({ file, workerUrl });
    try {
      assert.deepEqual([...(await next.tokenFactors.load())], [['anthropic/one', 1.1]]);
    } finally {
      await next.close();
    }
  });
});
