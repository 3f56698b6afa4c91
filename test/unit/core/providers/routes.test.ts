import assert from 'node:assert/strict';
import { orderOf, routeSettings } from '../../../../src/core/providers/routes.ts';

const route = (...models: unknown[]) => {
  const { it: one } = routeSettings.parse({ it: { models } });
  assert.ok(one);
  return one;
};

describe('A route', () => {
  it('without weights asks its models in their order', () => {
    assert.deepEqual(orderOf(route('a/1', 'b/2', 'c/3'), 'any'), ['a/1', 'b/2', 'c/3']);
  });

  it('gives a session the same model each time', () => {
    const weighted = route({ model: 'a/1', weight: 1 }, { model: 'b/2', weight: 1 });
    for (const id of ['x', 'y', crypto.randomUUID()])
      assert.deepEqual(orderOf(weighted, id), orderOf(weighted, id));
  });

  it('shares sessions out by weight, and those without one only stand in', () => {
    const weighted = route({ model: 'a/1', weight: 3 }, 'b/2', { model: 'c/3', weight: 1 });
    const first = new Map<string | undefined, number>();
    for (let n = 0; n < 4_000; n++) {
      const [model] = orderOf(weighted, `session-${n}`);
      first.set(model, (first.get(model) ?? 0) + 1);
    }
    assert.equal(first.get('b/2'), undefined);
    const share = (first.get('a/1') ?? 0) / 4_000;
    assert.ok(share > 0.7 && share < 0.8, String(share));
  });

  const refused: [what: string, value: unknown][] = [
    ['no models', { it: { models: [] } }],
    ['a model without a provider', { it: { models: ['gpt'] } }],
    ['another route', { it: { models: ['route/other'] } }],
    ['a reason that is none', { it: { models: ['a/1'], fallbackOn: ['auth'] } }],
    ['a name with a slash', { 'a/b': { models: ['a/1'] } }],
  ];
  for (const [what, value] of refused)
    it(`refuses ${what}`, () => assert.equal(routeSettings.safeParse(value).success, false));
});
