import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { SecretRules } from '../../../src/workers/secretRules.ts';

describe('The rules that find secrets', () => {
  it('leave nothing behind of the texts they have looked through', async () => {
    const before = performance.getEntries().length;
    await new SecretRules().scan(['A first text.', 'A second one.']);
    assert.equal(performance.getEntries().length, before);
  });
});
