import { invalidInput, methodNotAllowed, noRoute } from '../core/errors.ts';
import type { Middleware, Route } from './exchange.ts';
import { errorResponse } from './http.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A segment of a pattern: what must stand there, or what is read from there. */
type Part = { text: string } | { param: string; kind: 'uuid' | 'name' };

/** Routes of one pattern, which differ in their methods. */
interface Place {
  pattern: string;
  parts: Part[];
  routes: Map<string, Route>;
}

/** Finds what a method and a path name: 404 when nothing is at the path, 405 when it takes other methods. */
export function findRoute(routes: readonly Route[]): Middleware {
  const places = placesOf(routes);
  // Most paths have nothing to read in them, and are found without looking at any other.
  const plain = new Map(places.map((place) => [place.pattern, place]));
  return (exchange, next) => {
    const { path, request } = exchange;
    const exact = plain.get(path);
    const segments = exact ? [] : path.split('/');
    const place = exact ?? places.find((one) => fits(one.parts, segments));
    if (!place) throw noRoute(withoutSecrets(path));
    const route = place.routes.get(request.method);
    if (!route) {
      const allow = [...place.routes.keys()].join(', ');
      const refusal = errorResponse(methodNotAllowed(request.method, allow));
      return Promise.resolve({ ...refusal, headers: { ...refusal.headers, allow } });
    }
    exchange.route = route;
    exchange.pattern = route.pattern;
    exchange.params = exact ? {} : paramsOf(place.parts, segments);
    return next();
  };
}

function placesOf(routes: readonly Route[]): Place[] {
  const places = new Map<string, Place>();
  for (const route of routes) {
    const { pattern } = route;
    const place = places.get(pattern) ?? {
      pattern,
      parts: pattern.split('/').map(partOf),
      routes: new Map<string, Route>(),
    };
    place.routes.set(route.method, route);
    places.set(pattern, place);
  }
  return [...places.values()];
}

function partOf(text: string): Part {
  const param = /^\{(\w+)(:name)?\}$/.exec(text);
  return param?.[1] === undefined ? { text } : { param: param[1], kind: param[2] ? 'name' : 'uuid' };
}

/** A path as an error repeats it: long segments may be keys that were put in the wrong place. */
const withoutSecrets = (path: string): string =>
  path
    .split('/')
    .slice(0, 8)
    .map((segment) => (segment.length > 16 && !uuid.test(segment) ? '…' : segment))
    .join('/');

const fits = (parts: readonly Part[], segments: readonly string[]): boolean =>
  parts.length === segments.length &&
  parts.every((part, index) => 'param' in part || part.text === segments[index]);

/** What stands where the pattern has braces. Throws `invalid_input` for what should be a UUID and is none. */
function paramsOf(parts: readonly Part[], segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    if (!('param' in part)) continue;
    const value = segments[index] ?? '';
    if (part.kind === 'uuid' && !uuid.test(value)) throw invalidInput(part.param, 'something else', 'a UUID');
    params[part.param] = part.kind === 'uuid' ? value.toLowerCase() : value;
  }
  return params;
}
