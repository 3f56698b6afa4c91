import type { Assistant } from '../../core/assistant.ts';
import { notOwnSession } from '../../core/errors.ts';
import {
  createSessionBody,
  getSessionQuery,
  listSessionsQuery,
  shareSessionBody,
} from '../../protocol/bridge.ts';
import type { BodyReader } from '../body.ts';
import type { Route } from '../exchange.ts';
import { json } from '../http.ts';
import { parseJson, parseQuery } from '../parse.ts';
import { madeBy, mayUse, ownerOf, sessionOf, toldSessionOf } from '../sessionAccess.ts';
import { listPage } from './sessionPages.ts';

export function sessionRoutes(assistant: Assistant, bodies: BodyReader): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/v1/sessions',
      scope: 'sessions:read',
      async answer({ query, principal }) {
        const asked = parseQuery(query, listSessionsQuery);
        const page = await listPage(assistant.sessions, asked, (one) => mayUse(principal, one));
        return json(200, { ...page, sessions: await assistant.told.summaries(page.sessions) });
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sessions',
      scope: 'sessions:write',
      async answer({ request, principal }) {
        const text = await bodies.text(request);
        const { title, shared } = parseJson(text.trim() === '' ? '{}' : text, createSessionBody);
        const session = await assistant.createSession({
          ...madeBy(principal),
          ...ownerOf(principal),
          ...(shared === undefined ? {} : { shared }),
          ...(title === undefined ? {} : { title }),
        });
        return json(201, { session }, { location: `/v1/sessions/${session.id}` });
      },
    },
    {
      method: 'GET',
      pattern: '/v1/sessions/{id}',
      scope: 'sessions:read',
      async answer({ params: { id = '' }, query, principal }) {
        const { limit, before } = parseQuery(query, getSessionQuery);
        const session = await toldSessionOf(assistant, id, principal);
        const path = await assistant.told.path(id, {
          limit: limit + 1,
          ...(before === undefined ? {} : { beforeId: before }),
        });
        const entries = path.slice(-limit);
        const first = path.length > limit ? entries[0] : undefined;
        return json(200, { session, entries, ...(first === undefined ? {} : { before: first.id }) });
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/share',
      scope: 'sessions:write',
      async answer({ params: { id = '' }, request, principal }) {
        const { clientId } = await sessionOf(assistant, id, principal);
        // Whoever a session was shared with may use it, not decide who else may.
        if (principal.kind === 'client' && clientId !== principal.client.id) throw notOwnSession();
        const { shared } = parseJson(await bodies.text(request), shareSessionBody);
        await assistant.sessions.share(id, shared);
        return json(200, { session: await toldSessionOf(assistant, id, principal) });
      },
    },
  ];
}
