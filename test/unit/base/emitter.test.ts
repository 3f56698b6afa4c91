import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter.ts';

describe('An emitter', () => {
  it('tells every listener, in the order in which they came', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    emitter.event((value) => heard.push(`a${value}`));
    emitter.event((value) => heard.push(`b${value}`));
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, ['a1', 'b1', 'a2', 'b2']);
  });

  it('goes on when a listener throws, and hands on what it threw', () => {
    const thrown: unknown[] = [];
    const emitter = new Emitter<number>((error) => thrown.push(error));
    const heard: number[] = [];
    const error = new Error('mine');
    emitter.event(() => {
      throw error;
    });
    emitter.event((value) => heard.push(value));
    emitter.fire(1);
    assert.deepEqual([heard, thrown], [[1], [error]]);
  });

  it('tells a listener nothing more once it was disposed, not even the value being told', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const first = emitter.event(() => {
      heard.push('first');
      first.dispose();
      second.dispose();
    });
    const second = emitter.event(() => heard.push('second'));
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, ['first']);
    assert.equal(emitter.hasListeners, false);
  });

  it('tells a listener that comes while a value is told from the next one on', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    const first = emitter.event(() => {
      emitter.event((value) => heard.push(value));
      first.dispose();
    });
    emitter.fire(1);
    emitter.fire(2);
    assert.deepEqual(heard, [2]);
  });

  it('counts each subscription, also of the same function', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    const listener = (value: number) => void heard.push(value);
    const once = emitter.event(listener);
    emitter.event(listener);
    once.dispose();
    once.dispose();
    emitter.fire(1);
    assert.deepEqual(heard, [1]);
  });

  it('is silent after it was disposed', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    emitter.event((value) => heard.push(value));
    emitter.dispose();
    emitter.event((value) => heard.push(value));
    emitter.fire(1);
    assert.deepEqual([heard, emitter.hasListeners], [[], false]);
  });
});
