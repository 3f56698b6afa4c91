import type { UserEntry } from '../../protocol/entries.ts';
import type { Clock } from '../ports.ts';
import type { ModelInfo, ProviderEvent } from '../providers/provider.ts';
import type { SessionStore } from '../session/store.ts';
import { type CallSink, watched } from './watched.ts';

interface TurnCall {
  sessionId: string;
  user: UserEntry;
  model: ModelInfo;
  masked: number;
  client: string | undefined;
}

/** Keeps one request of a turn in the log of calls. A private session leaves nothing on disk, this neither. */
export function watchedTurn(
  { calls, clock, store }: { calls?: CallSink | undefined; clock: Clock; store: Pick<SessionStore, 'get'> },
  { sessionId, user, model, masked, client }: TurnCall,
  events: AsyncIterable<ProviderEvent>,
): AsyncIterable<ProviderEvent> {
  if (!calls) return events;
  const about = { sessionId, model, masked, client, operation: 'turn', door: user.door } as const;
  return watched(events, about, clock, async (call) => {
    if (!(await isPrivate(store, sessionId))) calls.add(call);
  });
}

/** One that cannot be read may be private for all that is known. */
export const isPrivate = (store: Pick<SessionStore, 'get'>, sessionId: string): Promise<boolean> =>
  store.get(sessionId).then(
    (session) => session?.private !== false,
    () => true,
  );
