import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { backoff, retry } from '../src/retry.ts';
import { cleanName, limitBody, wantedDigest } from '../src/upload.ts';

async function* body(...sizes: number[]) {
  for (const size of sizes) yield new Uint8Array(size);
}

test('a body over the limit is cut off at the chunk that crosses it', async () => {
  let passed = 0;
  await assert.rejects(
    async () => {
      for await (const chunk of limitBody(body(40, 40, 40), 100)) passed += chunk.byteLength;
    },
    { status: 413 },
  );
  assert.equal(passed, 80);
});

test('names lose their folders and leading dots', () => {
  assert.equal(cleanName('../../etc/passwd'), 'passwd');
  assert.equal(cleanName('C:\\temp\\.hidden'), 'hidden');
  assert.equal(cleanName('...'), 'unnamed');
});

test('only SHA-256 is read from a digest header', () => {
  assert.equal(wantedDigest('md5=abc, sha-256=3q2+7w=='), '3q2+7w==');
  assert.equal(wantedDigest('md5=abc'), undefined);
});

test('the wait doubles up to its maximum', () => {
  const options = { retries: 5, baseMs: 100, maxMs: 500, jitter: 0 };
  assert.deepEqual([0, 1, 2, 3].map((attempt) => backoff(attempt, options)), [100, 200, 400, 500]);
});

test('an upload to the mirror is tried again after it was down', async (t) => {
  let calls = 0;
  const mirror = async () => {
    calls += 1;
    if (calls === 1) throw new Error('connection refused');
    return 'stored';
  };

  const result = retry(mirror, { retries: 1, baseMs: 50, jitter: 0 });
  const letter = await readFile(new URL('./fixtures/letter.txt', import.meta.url), 'utf8');
  assert.match(letter, /harbour master/);

  t.mock.timers.enable({ apis: ['setTimeout'] });
  assert.equal(calls, 1, 'nothing is sent before the clock moves');
  t.mock.timers.tick(50);
  assert.equal(await result, 'stored');
  assert.equal(calls, 2);
});
