import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AsyncQueue } from '../../../src/base/asyncQueue.ts';

async function readAll<T>(queue: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of queue) all.push(value);
  return all;
}

describe('An asynchronous queue', () => {
  it('delivers each value once and in order, whenever it is pushed and read', async () => {
    const act = fc.oneof(fc.constant('read' as const), fc.nat(), fc.constant('rest' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const queue = new AsyncQueue<number>();
        const reader = queue[Symbol.asyncIterator]();
        const pushed: number[] = [];
        const reads: Promise<IteratorResult<number, void>>[] = [];
        for (const one of acts) {
          if (one === 'read') reads.push(reader.next());
          else if (one === 'rest') await Promise.resolve();
          else {
            assert.equal(queue.push(one), true);
            pushed.push(one);
          }
        }
        queue.end();
        const read = (await Promise.all(reads)).flatMap((result) => (result.done ? [] : [result.value]));
        const left = await readAll({ [Symbol.asyncIterator]: () => reader });
        assert.deepEqual([...read, ...left], pushed);
      }),
    );
  });

  it('takes nothing after its end and says so', async () => {
    const queue = new AsyncQueue<string>();
    assert.equal(queue.push('a'), true);
    queue.end();
    assert.equal(queue.push('b'), false);
    assert.deepEqual(await readAll(queue), ['a']);
    assert.deepEqual([queue.size, queue.isEnded], [0, true]);
  });

  it('runs its last step once: when the reader leaves, at its end, and not again', async () => {
    for (const leave of [true, false]) {
      let runs = 0;
      const queue = new AsyncQueue<number>(() => runs++);
      queue.push(1);
      if (!leave) queue.end();
      for await (const value of queue) {
        assert.equal(value, 1);
        if (leave) break;
      }
      assert.equal(queue.push(2), false);
      await readAll(queue);
      queue.end();
      assert.equal(runs, 1);
    }
  });

  it('lets a reader go that waits for a value and leaves', async () => {
    let left = false;
    const queue = new AsyncQueue<number>(() => {
      left = true;
    });
    const reader = queue[Symbol.asyncIterator]();
    const waiting = reader.next();
    await reader.return();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.deepEqual([left, queue.push(1)], [true, false]);
  });

  it('lets a reader go that leaves before it has read anything', async () => {
    let left = false;
    const queue = new AsyncQueue<number>(() => {
      left = true;
    });
    await queue[Symbol.asyncIterator]().return();
    assert.deepEqual([left, queue.push(1)], [true, false]);
  });
});
