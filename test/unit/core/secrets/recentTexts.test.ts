import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecentTexts } from '../../../../src/core/secrets/recentTexts.ts';

describe('recent texts', () => {
  it('keep what is asked for again and again, however many others come', () => {
    const recent = new RecentTexts<number>({ texts: 20, characters: 10_000 });
    recent.set('in use', 1);
    for (let other = 0; other < 1_000; other++) {
      recent.set(`other ${other}`, other);
      assert.equal(recent.get('in use'), 1);
    }
  });

  it('never say of a text what was said of another, and never hold more than their bounds', () => {
    const bounds = { texts: 10, characters: 200 };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 40 }), fc.nat()), { maxLength: 80 }), (said) => {
        const recent = new RecentTexts<number>(bounds);
        const newest = new Map<string, number>();
        for (const [text, value] of said) {
          recent.set(text, value);
          newest.set(text, value);
        }
        const held = [...newest].filter(([text, value]) => {
          const known = recent.get(text);
          assert.ok(known === undefined || known === value);
          return known !== undefined;
        });
        assert.ok(held.length <= bounds.texts);
        assert.ok(held.reduce((sum, [text]) => sum + text.length, 0) <= bounds.characters);
      }),
    );
  });

  it('know nothing any more when they are cleared', () => {
    const recent = new RecentTexts<number>({ texts: 10, characters: 100 });
    for (const text of ['a', 'b', 'c']) recent.set(text, 1);
    recent.clear();
    assert.deepEqual(
      ['a', 'b', 'c'].map((text) => recent.get(text)),
      [undefined, undefined, undefined],
    );
  });
});
