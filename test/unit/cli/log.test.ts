import assert from 'node:assert/strict';
import { logOf } from '../../../src/cli/headless.ts';

describe('The log of the command line', () => {
  function written(verbose: boolean): string {
    const lines: string[] = [];
    const log = logOf({ note: (line) => void lines.push(line) }, verbose);
    log.error('It failed.', new SyntaxError('Unexpected token in "my secret plan"'));
    log.warn('A thing was left out.');
    return lines.join('\n');
  }

  it('has the kind of an error and where it came from, never its message, which may quote content', () => {
    assert.match(written(true), /^It failed\. SyntaxError\n +at .*log\.test/);
    assert.doesNotMatch(written(true), /secret/);
  });

  it('is written only when asked for', () => assert.equal(written(false), ''));
});
