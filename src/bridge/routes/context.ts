import type { Assistant } from '../../core/assistant.ts';
import { type ContextResult, contextQuery } from '../../protocol/bridge.ts';
import type { Route } from '../exchange.ts';
import { json } from '../http.ts';
import { parseQuery } from '../parse.ts';
import { sessionOf } from '../sessionAccess.ts';
import { withheldFrom } from '../withheld.ts';

/**
 * What was sent in a turn: the same as the panel's inspector shows, with the secrets in it marked. Texts that come from
 * elsewhere than the session are told to who may read them where they come from, and named where they are left out. Of a turn that made
 * several requests it is the last; while one runs, the last of which the answer is stored, and `turn.state` says so.
 */
export function contextRoute(assistant: Assistant): Route {
  return {
    method: 'GET',
    pattern: '/v1/sessions/{id}/context',
    scope: 'sessions:read',
    async answer({ params: { id = '' }, query, principal }) {
      await sessionOf(assistant, id, principal);
      const { turn, texts, request } = parseQuery(query, contextQuery);
      const inspected = await assistant.context(id, turn === undefined ? { newest: true } : { turnId: turn });
      const { view } = inspected;
      const { segments } = view.report;
      const untold = await withheldFrom(principal, assistant, id, segments);
      return json(200, {
        context: view,
        ...(texts
          ? { texts: segments.map((_, place) => (untold.has(place) ? '' : inspected.text(place))) }
          : {}),
        ...(request ? { request: inspected.request(untold) } : {}),
        ...((texts || request) && untold.size > 0
          ? { leftOut: [...untold].map(([segment, reason]) => ({ segment, reason })) }
          : {}),
      } satisfies ContextResult);
    },
  };
}
