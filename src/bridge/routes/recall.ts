import type { z } from 'zod';
import type { Assistant } from '../../core/assistant.ts';
import { CausewayError } from '../../core/errors.ts';
import { type RecallResult, recallBody } from '../../protocol/bridge.ts';
import { entryText } from '../../protocol/entryText.ts';
import type { RecalledEntry } from '../../protocol/memory.ts';
import type { BodyReader } from '../body.ts';
import { excerptOf } from '../excerpt.ts';
import type { Principal, Route } from '../exchange.ts';
import { json } from '../http.ts';
import { parseJson } from '../parse.ts';
import { sessionOf } from '../sessionAccess.ts';

export function recallRoute(assistant: Assistant, bodies: BodyReader): Route {
  return {
    method: 'POST',
    pattern: '/v1/sessions/{id}/recall',
    scope: 'sessions:read',
    async answer({ params: { id = '' }, request, principal }) {
      const body = parseJson(await bodies.text(request), recallBody);
      return json(200, await recalledWithTexts(assistant, id, body, principal));
    },
  };
}

/** Earlier entries that matter for a text, with excerpts. Throws `not_found` for a session that is not there. */
export async function recalledWithTexts(
  assistant: Assistant,
  id: string,
  { query, limit, scope }: z.infer<typeof recallBody>,
  principal: Principal,
): Promise<RecallResult> {
  await sessionOf(assistant, id, principal);
  const found = await assistant.recall(id, { text: query, limit, scope });
  const quoted = await Promise.all(
    [...new Set(found.map(({ sessionId }) => sessionId))].map((one) =>
      quotes(assistant, one, found, principal),
    ),
  );
  const texts = new Map(quoted.flat());
  const entries = found.flatMap((entry) => {
    const text = texts.get(keyOf(entry));
    return text === undefined ? [] : [{ ...entry, text: excerptOf(text, entry.terms) }];
  });
  return { entries };
}

/** What the found entries of one session say; nothing of a session that whoever asks could not read. */
async function quotes(
  assistant: Assistant,
  sessionId: string,
  found: readonly RecalledEntry[],
  principal: Principal,
): Promise<[string, string][]> {
  try {
    await sessionOf(assistant, sessionId, principal);
    const ids = found.filter((entry) => entry.sessionId === sessionId).map(({ entryId }) => entryId);
    const entries = await assistant.told.entries(sessionId, ids);
    return entries.map((entry) => [keyOf({ sessionId, entryId: entry.id }), entryText(entry)]);
  } catch (error) {
    // Purged since it was found, private, or another client's.
    if (error instanceof CausewayError && error.code === 'not_found') return [];
    throw error;
  }
}

const keyOf = ({ sessionId, entryId }: Pick<RecalledEntry, 'sessionId' | 'entryId'>): string =>
  `${sessionId} ${entryId}`;
