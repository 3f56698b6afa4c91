import assert from 'node:assert/strict';
import { traceOf } from '../../../src/base/trace.ts';

describe('What a log keeps of an error', () => {
  it('is its kind and where it came from', () =>
    assert.match(traceOf(new TypeError('x')), /^TypeError\n +at .*trace\.test/));

  it('is the code of a system error and of its cause', () => {
    const cause = Object.assign(new Error('y'), { code: 'ECONNREFUSED' });
    assert.match(traceOf(new Error('x', { cause })), /caused by Error \(ECONNREFUSED\)/);
  });

  const canary = 'sk-ant-canary';
  const quoting: [string, unknown][] = [
    ['of an error', new Error(`bad header: ${canary}`)],
    ['of several lines', new Error(`bad header:\n    ${canary}\n at ${canary}`)],
    ['of a cause', new Error('x', { cause: new Error(canary) })],
    ['of what is no error', canary],
    ['of an object', { message: canary }],
  ];
  for (const [what, error] of quoting)
    it(`is never the message ${what}, which may quote what it choked on`, () =>
      assert.ok(!traceOf(error).includes(canary)));
});
