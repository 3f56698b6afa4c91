import { clientScopes } from '../../core/register.ts';
import type { Route } from '../exchange.ts';
import { type BridgeResponse, json } from '../http.ts';
import { openApiDocument } from '../openapi/document.ts';

/** What all other routes take and give, for readers and for generators of clients. Whoever was let in may read it. */
export function openApiRoute(routes: readonly Route[], version: string): Route {
  let made: BridgeResponse | undefined;
  const route: Route = {
    method: 'GET',
    pattern: '/openapi.json',
    scope: clientScopes,
    async answer() {
      made ??= json(200, openApiDocument([...routes, route], version));
      return made;
    },
  };
  return route;
}
