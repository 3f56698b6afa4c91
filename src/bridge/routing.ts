import { invalidInput, methodNotAllowed, noRoute } from '../core/errors.ts';
import type { Middleware, Route } from './exchange.ts';
import { errorResponse } from './http.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Finds what a method and a path name: 404 when nothing is at the path, 405 when it takes other methods. */
export const findRoute =
  (routes: readonly Route[]): Middleware =>
  async (exchange, next) => {
    const { path, request } = exchange;
    const there = routes.filter((route) => fits(route.pattern, path));
    if (there.length === 0) throw noRoute(withoutSecrets(path));
    const route = there.find((one) => one.method === request.method);
    if (!route) {
      const allow = there.map((one) => one.method).join(', ');
      const refusal = errorResponse(methodNotAllowed(request.method, allow));
      return { ...refusal, headers: { ...refusal.headers, allow } };
    }
    exchange.route = route;
    exchange.pattern = route.pattern;
    exchange.params = paramsOf(route.pattern, path);
    return next();
  };

/** A path as an error repeats it: long segments may be keys that were put in the wrong place. */
const withoutSecrets = (path: string): string =>
  path
    .split('/')
    .slice(0, 8)
    .map((segment) => (segment.length > 16 && !uuid.test(segment) ? '…' : segment))
    .join('/');

const isParam = (segment: string) => segment.startsWith('{');

function fits(pattern: string, path: string): boolean {
  const parts = pattern.split('/');
  const segments = path.split('/');
  return (
    parts.length === segments.length &&
    parts.every((part, index) => isParam(part) || part === segments[index])
  );
}

/** What stands where the pattern has braces. Throws `invalid_input` for what is no UUID. */
function paramsOf(pattern: string, path: string): Record<string, string> {
  const segments = path.split('/');
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.split('/').entries()) {
    if (!isParam(part)) continue;
    const name = part.slice(1, -1);
    const value = segments[index] ?? '';
    if (!uuid.test(value)) throw invalidInput(name, 'something else', 'a UUID');
    params[name] = value.toLowerCase();
  }
  return params;
}
