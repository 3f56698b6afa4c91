/** Routes: names of the user's for several models, of which one answers and the others stand in when it cannot. Pure. */
import { z } from 'zod';
import type { Chosen } from './registry.ts';

/** What a route is named with before the slash. */
export const routeProvider = 'route';

/** Why another model may stand in. A key that is rejected is never such a reason: its user has to know. */
export const fallbackKinds = ['overloaded', 'rate_limit', 'connection'] as const;
export type FallbackKind = (typeof fallbackKinds)[number];

const modelName = z
  .string()
  .regex(/^[^/\s]+\/\S+$/, 'PROVIDER/MODEL')
  .refine((name) => !name.startsWith(`${routeProvider}/`), { error: 'a model, not another route' });

const candidate = z.union([
  modelName.transform((model) => ({ model, weight: 0 })),
  z.strictObject({ model: modelName, weight: z.number().nonnegative().max(1_000).default(0) }),
]);

/** The setting `causeway.routes`: routes by their names. */
export const routeSettings = z
  .record(
    z.string().regex(/^[\w.-]{1,40}$/),
    z.strictObject({
      models: z.array(candidate).min(1).max(10),
      fallbackOn: z.array(z.enum(fallbackKinds)).default([...fallbackKinds]),
    }),
  )
  .refine((all) => Object.keys(all).length <= 50, { error: 'at most 50 routes' });
export type RouteSettings = z.output<typeof routeSettings>;
export type Route = RouteSettings[string];

const kindOfCode: Readonly<Record<string, FallbackKind>> = {
  overloaded: 'overloaded',
  rate_limited: 'rate_limit',
  provider_unreachable: 'connection',
  provider_failed: 'connection',
  stream_stalled: 'connection',
  stream_truncated: 'connection',
  // The same of a call that is relayed.
  upstream_unreachable: 'connection',
  upstream_broke: 'connection',
  upstream_silent: 'connection',
  upstream_unreadable: 'connection',
};

/** What kind of failure the code of an error is; undefined for one that another model does not help. */
export const fallbackKindOf = (code: string): FallbackKind | undefined => kindOfCode[code];

/**
 * The names of a route's models in the order in which they are asked. Those with a weight share the sessions by it; the
 * others stand in, in their order; where none has a weight the first one answers. `session` decides, so that a session
 * stays with its model and finds its prompt in the cache.
 */
export function orderOf(route: Route, session: string): string[] {
  const { models } = route;
  const total = models.reduce((sum, { weight }) => sum + weight, 0);
  const share = shareOf(session) * total;
  let passed = 0;
  const place = models.findIndex(({ weight }) => {
    passed += weight;
    return total === 0 || share < passed;
  });
  return [...models.slice(place, place + 1), ...models.slice(0, place), ...models.slice(place + 1)].map(
    ({ model }) => model,
  );
}

/** FNV-1a as a share from 0 to below 1: spreads ids that differ in one sign, which is all that is needed. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const sign of text) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  // The last signs reach only the low bits otherwise.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000;
}

/** The model and those that may stand in for it, in their order. */
export const candidatesOf = (chosen: Chosen): Pick<Chosen, 'provider' | 'model'>[] => [
  chosen,
  ...(chosen.standIns?.models ?? []),
];
