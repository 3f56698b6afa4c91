import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BoundedCache } from '../../../src/base/boundedCache.ts';

describe('A cache with bounds', () => {
  it('keeps what was used last, never more than has room, and nothing beyond its time', () => {
    const act = fc.oneof(
      fc.record({
        type: fc.constant('set' as const),
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        bytes: fc.integer({ min: 0, max: 12 }),
        lifeMs: fc.integer({ min: 0, max: 20 }),
      }),
      fc.record({
        type: fc.constant('get' as const),
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        mostAgeMs: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
      }),
      fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 8 }) }),
      fc.record({ type: fc.constant('drop' as const), key: fc.constantFrom('a', 'b') }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const most = 10;
        let now = 0;
        let serial = 0;
        const cache = new BoundedCache<string>(most, () => now);
        /** In the order of use. */
        let model: { key: string; value: string; bytes: number; at: number; lifeMs: number }[] = [];
        for (const one of acts) {
          switch (one.type) {
            case 'wait':
              now += one.ms;
              break;
            case 'drop':
              cache.drop((value) => value.startsWith(one.key));
              model = model.filter(({ key }) => key !== one.key);
              break;
            case 'set': {
              const value = `${one.key}${++serial}`;
              cache.set(one.key, value, one.bytes, one.lifeMs);
              model = model.filter(({ key }) => key !== one.key);
              if (one.bytes <= most) model.push({ ...one, value, at: now });
              while (model.reduce((sum, { bytes }) => sum + bytes, 0) > most) model.shift();
              break;
            }
            case 'get': {
              const found = model.find(({ key }) => key === one.key);
              const age = found && now - found.at;
              if (found && age !== undefined && age >= found.lifeMs)
                model = model.filter((each) => each !== found);
              const fits =
                found &&
                age !== undefined &&
                age < found.lifeMs &&
                age < (one.mostAgeMs ?? Number.POSITIVE_INFINITY);
              if (fits) model = [...model.filter((each) => each !== found), found];
              assert.deepEqual(
                cache.get(one.key, one.mostAgeMs),
                fits ? { value: found.value, ageMs: age } : undefined,
              );
              break;
            }
            default:
              one satisfies never;
          }
        }
      }),
    );
  });
});
