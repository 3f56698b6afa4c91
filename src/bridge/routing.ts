import { invalidInput, methodNotAllowed, noRoute } from '../core/errors.ts';
import type { Route } from './exchange.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** Finds the route of a method and a path; throws `no_route`, `method_not_allowed`, or `invalid_input` for an id. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const segments = path.split('/');
  const there = routes.filter((route) => fits(route.pattern.split('/'), segments));
  if (there.length === 0) throw noRoute(path);
  const route = there.find((one) => one.method === method);
  if (!route) throw methodNotAllowed(method, allowedMethods(routes, path));
  return { route, params: paramsOf(route.pattern.split('/'), segments) };
}

/** What the Allow header says of a path, empty when nothing is there. */
export const allowedMethods = (routes: readonly Route[], path: string): string =>
  routes
    .filter((route) => fits(route.pattern.split('/'), path.split('/')))
    .map((route) => route.method)
    .join(', ');

const isParam = (segment: string) => segment.startsWith('{');

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => isParam(part) || part === segments[index]);

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (!isParam(part)) continue;
    const name = part.slice(1, -1);
    const value = segments[index] ?? '';
    if (!uuid.test(value)) throw invalidInput(name, 'something else', 'a UUID');
    params[name] = value.toLowerCase();
  }
  return params;
}
