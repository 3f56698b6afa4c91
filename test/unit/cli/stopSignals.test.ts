import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { StopSignals } from '../../../src/cli/stopSignals.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

describe('signals that stop', () => {
  let source: FakeProcess;
  let now: number;
  let stop: StopSignals;
  beforeEach(() => {
    source = new FakeProcess();
    now = 0;
    stop = new StopSignals(source, () => now);
  });

  const cases = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const;
  for (const [name, code] of cases) {
    it(`${name} asks to stop, and a second one ends at once with ${code}`, () => {
      source.emit(name);
      assert.ok(stop.signal.aborted);
      assert.deepEqual({ code: stop.exitCode, exits: source.exits }, { code, exits: [] });
      now = 1_000;
      source.emit(name);
      assert.deepEqual(source.exits, [code]);
    });
  }

  it('one key press that a parent passes on is not taken for two', () => {
    source.emit('SIGINT');
    now = 20;
    source.emit('SIGINT');
    assert.deepEqual(source.exits, []);
  });

  it('are the business of others afterwards', () => {
    stop.dispose();
    assert.equal(source.listenerCount('SIGINT'), 0);
    assert.equal(stop.exitCode, undefined);
  });
});
