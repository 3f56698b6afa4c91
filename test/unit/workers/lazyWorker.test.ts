import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const lazyWorker = new URL('../../../src/workers/lazyWorker.ts', import.meta.url).href;
const thread = 'data:text/javascript,await new Promise(() => setTimeout(() => undefined, 60_000))';

describe('A worker thread that is closed', () => {
  it('is waited for when a call was still under way, so that its process ends well', async () => {
    const program = `
      import { LazyWorker } from ${JSON.stringify(lazyWorker)};
      const worker = new LazyWorker(new URL(${JSON.stringify(thread)}), () => undefined);
      const call = worker.call((remote) => remote.answer()).catch((error) => error.message);
      await worker.close();
      console.log(await call);
    `;
    // A process whose last promise never settles ends with 13.
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--no-warnings',
      '--eval',
      program,
    ]);
    assert.equal(stdout, 'The worker was closed.\n');
  });
});
