import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorise, issueToken, readToken } from '../src/auth.ts';

const secret = 'k'.repeat(32);
const now = new Date('2026-03-01T12:00:00Z');
const tomorrow = new Date('2026-03-02T12:00:00Z');

test('a token names its holder until it runs out', () => {
  const token = issueToken({ name: 'laptop', scope: 'write' }, secret, tomorrow);
  assert.deepEqual(readToken(token, secret, now), { name: 'laptop', scope: 'write' });
  assert.equal(readToken(token, secret, tomorrow), undefined);
});

test('a token signed with another secret is worth nothing', () => {
  const token = issueToken({ name: 'laptop', scope: 'write' }, 'x'.repeat(32), tomorrow);
  assert.equal(readToken(token, secret, now), undefined);
});

test('a writer may read but not delete', () => {
  const header = `Bearer ${issueToken({ name: 'laptop', scope: 'write' }, secret, tomorrow)}`;
  assert.equal(authorise(header, 'read', secret, now).name, 'laptop');
  assert.throws(() => authorise(header, 'admin', secret, now), { status: 403 });
});
