import assert from 'node:assert/strict';
import { DisposableStore, toDisposable } from '../../../src/base/disposable.ts';

describe('A store of disposables', () => {
  it('disposes the last added first, once', () => {
    const ended: string[] = [];
    const store = new DisposableStore();
    for (const name of ['a', 'b', 'c']) store.add(toDisposable(() => ended.push(name)));
    store.dispose();
    store.dispose();
    assert.deepEqual([ended, store.isDisposed], [['c', 'b', 'a'], true]);
  });

  it('disposes at once what is added too late', () => {
    const store = new DisposableStore();
    store.dispose();
    let ended = false;
    store.add(toDisposable(() => (ended = true)));
    assert.equal(ended, true);
  });

  it('disposes the others when one throws, and tells what was thrown', () => {
    const ended: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => ended.push('a')));
    store.add(
      toDisposable(() => {
        throw new Error('mine');
      }),
    );
    store.add(toDisposable(() => ended.push('c')));
    assert.throws(() => store.dispose(), /mine/);
    assert.deepEqual(ended, ['c', 'a']);
  });

  it('takes what is added while it is being disposed', () => {
    const ended: string[] = [];
    const store = new DisposableStore();
    store.add(
      toDisposable(() => {
        store.add(toDisposable(() => ended.push('late')));
        ended.push('first');
      }),
    );
    store.dispose();
    assert.deepEqual(ended, ['late', 'first']);
  });
});
