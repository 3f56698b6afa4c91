import assert from 'node:assert/strict';
import type { LogOutputChannel } from 'vscode';
import { logTo } from '../../../src/host/log.ts';

/** What the channel was asked to write. */
function written(write: (log: ReturnType<typeof logTo>) => void): string {
  const lines: string[] = [];
  const take = (message: string | Error) => void lines.push(String(message));
  const channel: Pick<LogOutputChannel, 'info' | 'warn' | 'error'> = { info: take, warn: take, error: take };
  write(logTo(channel));
  return lines.join('\n');
}

describe('The log', () => {
  it('has what happened', () =>
    assert.equal(
      written((log) => log.warn('A thing was left out.')),
      'A thing was left out.',
    ));

  it('has the kind of an error and where it came from', () => {
    const text = written((log) => log.error('It failed.', new TypeError('x')));
    assert.match(text, /^It failed\. TypeError\n +at .*log\.test/);
  });

  it('has the code of a system error and of its cause', () => {
    const cause = Object.assign(new Error('y'), { code: 'ECONNREFUSED' });
    assert.match(
      written((log) => log.error('It failed.', new Error('x', { cause }))),
      /caused by Error \(ECONNREFUSED\)/,
    );
  });

  const secrets: { title: string; error: unknown }[] = [
    { title: 'of an error', error: new Error('bad header: sk-ant-canary') },
    { title: 'of several lines', error: new Error('bad header:\n    sk-ant-canary\n at sk-ant-canary') },
    { title: 'of a cause', error: new Error('x', { cause: new Error('sk-ant-canary') }) },
    { title: 'of what is no error', error: 'sk-ant-canary' },
    { title: 'of an object', error: { message: 'sk-ant-canary' } },
  ];
  for (const { title, error } of secrets) {
    it(`never has the message ${title}, which may quote what it choked on`, () =>
      assert.ok(!written((log) => log.error('It failed.', error)).includes('sk-ant-canary')));
  }
});
