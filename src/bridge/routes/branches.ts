import type { Assistant } from '../../core/assistant.ts';
import { moveHeadBody } from '../../protocol/bridge.ts';
import type { BodyReader } from '../body.ts';
import type { Route } from '../exchange.ts';
import { json } from '../http.ts';
import { parseJson } from '../parse.ts';
import { sessionOf, toldSessionOf } from '../sessionAccess.ts';

/** What was said beside the active branch, and going on from there. */
export function branchRoutes(assistant: Assistant, bodies: BodyReader): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/v1/sessions/{id}/branches',
      scope: 'sessions:read',
      async answer({ params: { id = '' }, principal }) {
        await sessionOf(assistant, id, principal);
        return json(200, { forks: await assistant.branches(id) });
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/head',
      scope: 'sessions:write',
      async answer({ params: { id = '' }, request, principal }) {
        await sessionOf(assistant, id, principal);
        const { entryId } = parseJson(await bodies.text(request), moveHeadBody);
        await assistant.rewind(id, entryId, principal.door);
        return json(200, { session: await toldSessionOf(assistant, id, principal) });
      },
    },
  ];
}
