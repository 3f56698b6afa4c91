import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../src/config.ts';

const secret = 's'.repeat(32);

test('defaults are enough beside a secret', () => {
  const config = readConfig({ HARBOUR_SECRET: secret });
  assert.equal(config.port, 8480);
  assert.equal(config.maxUpload, 25 * 1024 * 1024);
});

test('all problems are told at once', () => {
  assert.throws(
    () => readConfig({ HARBOUR_SECRET: 'short', HARBOUR_PORT: '99999', HARBOUR_LOG_LEVEL: 'loud' }),
    (error: Error) => ['HARBOUR_SECRET', 'HARBOUR_PORT', 'HARBOUR_LOG_LEVEL'].every((name) => error.message.includes(name)),
  );
});
