import type { Assistant } from '../../core/assistant.ts';
import { notFound } from '../../core/errors.ts';
import { createSessionBody, getSessionQuery, listSessionsQuery } from '../../protocol/bridge.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import type { BodyReader } from '../body.ts';
import type { Principal, Route } from '../exchange.ts';
import { json } from '../http.ts';
import { parseJson, parseQuery } from '../parse.ts';
import { listPage } from './sessionPages.ts';

/** How a turn or a session tells who made it. */
export const madeBy = (principal: Principal) => ({
  door: principal.door,
  ...(principal.kind === 'client' ? { client: principal.client.name } : {}),
});

export async function sessionOf(assistant: Assistant, id: string): Promise<SessionSummary> {
  const session = await assistant.sessions.get(id);
  // A private session is its window's alone.
  if (!session || session.private) throw notFound('session', id);
  return session;
}

export function sessionRoutes(assistant: Assistant, bodies: BodyReader): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/v1/sessions',
      scope: 'sessions:read',
      async answer({ query }) {
        return json(200, await listPage(assistant.sessions, parseQuery(query, listSessionsQuery)));
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sessions',
      scope: 'sessions:write',
      async answer({ request, principal }) {
        const text = await bodies.text(request);
        const { title } = parseJson(text.trim() === '' ? '{}' : text, createSessionBody);
        const session = await assistant.sessions.create({
          ...madeBy(principal),
          ...(title === undefined ? {} : { title }),
        });
        return json(201, { session }, { location: `/v1/sessions/${session.id}` });
      },
    },
    {
      method: 'GET',
      pattern: '/v1/sessions/{id}',
      scope: 'sessions:read',
      async answer({ params: { id = '' }, query }) {
        const { limit, before } = parseQuery(query, getSessionQuery);
        const session = await sessionOf(assistant, id);
        const path = await assistant.sessions.path(id, {
          limit: limit + 1,
          ...(before === undefined ? {} : { beforeId: before }),
        });
        const entries = path.slice(-limit);
        const first = path.length > limit ? entries[0] : undefined;
        return json(200, { session, entries, ...(first === undefined ? {} : { before: first.id }) });
      },
    },
  ];
}
