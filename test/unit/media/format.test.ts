import assert from 'node:assert/strict';
import { bytes, dollars, footer, modelName, tokens, totalCost } from '../../../media/format.ts';
import { answer } from '../../panel/support/samples.ts';

function check<T>(write: (value: T) => string, cases: readonly (readonly [T, string])[]): void {
  for (const [value, expected] of cases) {
    it(`${JSON.stringify(value)} is written ${expected}`, () => assert.equal(write(value), expected));
  }
}

describe('numbers as the panel writes them', () => {
  describe('tokens', () => {
    check(tokens, [
      [0, '0'],
      [999, '999'],
      [1_000, '1k'],
      [12_449, '12.4k'],
      [99_940, '99.9k'],
      [200_000, '200k'],
      [999_499, '999k'],
      [1_000_000, '1M'],
      [1_250_000, '1.3M'],
    ]);
  });
  describe('dollars', () => {
    check(dollars, [
      [0, '$0'],
      [0.00042, '$0.00042'],
      [0.0131, '$0.013'],
      [0.1, '$0.10'],
      [12, '$12.00'],
    ]);
  });
  describe('bytes', () => {
    check(bytes, [
      [12, '12 B'],
      [4_096, '4 KB'],
      [3_250_000, '3.1 MB'],
    ]);
  });
  describe('the cost of a session', () => {
    check(totalCost, [
      [{ costUsd: 0.5, costKnown: true }, '$0.50'],
      [{ costUsd: 0.5, costKnown: false }, 'at least $0.50'],
      [{ costUsd: 0, costKnown: false }, 'price unknown'],
    ]);
  });
  describe('the name of a model', () => {
    check(modelName, [
      [{ provider: 'anthropic', model: 'claude-sonnet-5-20260901' }, 'sonnet-5'],
      [{ provider: 'offline', model: 'quotes' }, 'Offline'],
      [{ provider: 'openai', model: 'gpt-6' }, 'gpt-6'],
    ]);
  });

  it('the footer says tokens in with the cached share, tokens out and cost', () => {
    assert.deepEqual(footer(answer(1, 'x')), [
      'claude-sonnet-5',
      '12.4k in (86% cached)',
      '612 out',
      '$0.013',
    ]);
  });

  it('the footer says so when the price is unknown', () => {
    assert.equal(footer(answer(1, 'x', { costUsd: undefined })).at(-1), 'price unknown');
  });
});
