import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimit } from '../src/rateLimit.ts';

test('a burst is allowed, then callers wait', () => {
  let now = 0;
  const limit = new RateLimit(3, () => now);
  for (let i = 0; i < 3; i++) limit.take('laptop');
  assert.throws(() => limit.take('laptop'), { status: 429, headers: { 'retry-after': '20' } });
  limit.take('phone');

  now += 20_000;
  limit.take('laptop');
});

test('idle callers are forgotten and start afresh', () => {
  let now = 0;
  const limit = new RateLimit(1, () => now);
  limit.take('laptop');
  now += 11 * 60_000;
  limit.sweep();
  limit.take('laptop');
});
