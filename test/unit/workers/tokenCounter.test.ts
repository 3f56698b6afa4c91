import assert from 'node:assert/strict';
import { estimateTokens } from '../../../src/core/context/tokens.ts';
import type { Log } from '../../../src/core/ports.ts';
import { openTokenCounter } from '../../../src/workers/openTokenCounter.ts';

function collectingLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write = (message: string) => void lines.push(message);
  return { lines, info: write, warn: write, error: write };
}

const bundledWorker = new URL('../../../src/workers/tokens.ts', import.meta.url);

describe('Token counter', () => {
  const log = collectingLog();
  const counter = openTokenCounter({ workerUrl: bundledWorker, log });
  after(() => counter.close());

  const cases: { what: string; text: string; tokens: number }[] = [
    { what: 'nothing', text: '', tokens: 0 },
    { what: 'plain words', text: 'the quick brown fox', tokens: 4 },
    { what: 'the name of a special token as ordinary text', text: '<EOT>', tokens: 4 },
    { what: 'names that every object has', text: 'constructor toString', tokens: 3 },
  ];
  for (const { what, text, tokens } of cases) {
    it(`counts ${what}`, async () => assert.deepEqual(await counter.count([text]), [tokens]));
  }

  it('gives one count for each text, in order, also for the same text twice', async () => {
    const [one, two, again] = await counter.count(['one', 'one two three four', 'one']);
    assert.equal(one, again);
    assert.ok((two ?? 0) > (one ?? 0));
  });

  it('counts a megabyte without a single break', async () => {
    const [tokens] = await counter.count(['a'.repeat(1_000_000)]);
    const [thousandth] = await counter.count(['a'.repeat(1000)]);
    assert.ok(Math.abs((tokens ?? 0) / 1000 - (thousandth ?? 0)) < 2, `${tokens} tokens`);
  });

  it('counts nothing for no texts', async () => assert.deepEqual(await counter.count([]), []));
});

describe('Token counter without its worker', () => {
  it('estimates, and says so once in the log', async () => {
    const log = collectingLog();
    const counter = openTokenCounter({ workerUrl: new URL('./missing.ts', import.meta.url), log });
    const texts = ['some text to count', 'more'];
    assert.deepEqual(await counter.count(texts), texts.map(estimateTokens));
    assert.deepEqual(await counter.count(texts), texts.map(estimateTokens));
    assert.deepEqual(log.lines, ['The token counter ended. Counts are estimates until the next start.']);
    await counter.close();
  });

  it('still counts after it was closed', async () => {
    const counter = openTokenCounter({ workerUrl: bundledWorker, log: collectingLog() });
    await counter.close();
    assert.deepEqual(await counter.count(['four words are here']), [estimateTokens('four words are here')]);
  });
});
