/** Which parts of a request that was sent come from elsewhere than its session, and are not for every reader of it. */
import type { Assistant } from '../core/assistant.ts';
import type { Segment } from '../protocol/report.ts';
import { hasScope, type Principal } from './exchange.ts';
import { mayUse } from './sessionAccess.ts';

type Part = Omit<Segment, 'text'>;

/**
 * Why the text of a segment is not told to whoever asks, by its place; none for the user. Files of the workspace need
 * the scope for them, and turns of other sessions are told to who may read those.
 */
export async function withheldFrom(
  principal: Principal,
  assistant: Assistant,
  sessionId: string,
  segments: readonly Part[],
): Promise<Map<number, string>> {
  if (principal.kind === 'owner') return new Map();
  const reasons = await Promise.all(
    segments.map((segment) => reasonFor(segment, { principal, assistant, sessionId })),
  );
  return new Map(
    reasons.flatMap((reason, place): [number, string][] => (reason === undefined ? [] : [[place, reason]])),
  );
}

const elsewhere = 'It was said in another session, which this program may not read.';

interface Asked {
  principal: Extract<Principal, { kind: 'client' }>;
  assistant: Assistant;
  sessionId: string;
}

async function reasonFor(
  segment: Part,
  { principal, assistant, sessionId }: Asked,
): Promise<string | undefined> {
  switch (segment.kind) {
    case 'grounding':
    case 'memory_file':
      // The user has named another session.
      if (segment.sessionId !== undefined)
        return (await mayReadRecalled(segment, { principal, assistant, sessionId })) ? undefined : elsewhere;
      return hasScope(principal.client, 'grounding')
        ? undefined
        : 'It is of the workspace’s files: the token lacks the scope grounding.';
    case 'recall':
      return (await mayReadRecalled(segment, { principal, assistant, sessionId })) ? undefined : elsewhere;
    case 'tools':
    case 'system':
    case 'directives':
    case 'frame':
    case 'conversation':
    case 'task':
    case 'input':
      return undefined;
    default:
      return segment.kind satisfies never;
  }
}

/** Reports of earlier versions do not say in which session it was said: then it is this one, or nobody knows. */
async function mayReadRecalled(
  { sessionId: from, entryIds = [] }: Part,
  { principal, assistant, sessionId }: Asked,
): Promise<boolean> {
  if (from === sessionId) return true;
  if (from === undefined) {
    const here = await assistant.told.entries(sessionId, entryIds);
    return entryIds.length > 0 && here.length === new Set(entryIds).size;
  }
  const session = await assistant.sessions.get(from);
  return session !== undefined && mayUse(principal, session);
}
