import type { Door, UserEntry } from '../../protocol/entries.ts';
import type { Clock } from '../ports.ts';
import type { ModelInfo, Provider, ProviderEvent } from '../providers/provider.ts';
import type { SessionStore } from '../session/store.ts';
import { type CallSink, watched } from './watched.ts';

/** What it takes to keep calls; nothing is kept without `calls`. */
export interface CallKeeping {
  calls?: CallSink | undefined;
  clock: Clock;
  store: Pick<SessionStore, 'get'>;
}

interface TurnCall {
  sessionId: string;
  user: UserEntry;
  model: ModelInfo;
  masked: number;
  client: string | undefined;
  /** It is answered from an earlier one. */
  cached: boolean;
}

/** Keeps one request of a turn in the log of calls. A private session leaves nothing on disk, this neither. */
export function watchedTurn(
  { calls, clock, store }: CallKeeping,
  { user, ...asked }: TurnCall,
  events: AsyncIterable<ProviderEvent>,
): AsyncIterable<ProviderEvent> {
  if (!calls) return events;
  const about = { ...asked, operation: 'turn', door: user.door } as const;
  return watched(events, about, clock, async (call) => {
    if (!(await isPrivate(store, asked.sessionId))) calls.add(call);
  });
}

/** The same for what asks a model behind the turns of a session. */
export function watchedJob<J extends { provider: Pick<Provider, 'stream'>; model: ModelInfo }>(
  { calls, clock, store }: CallKeeping,
  { provider, model }: J,
  job: { operation: 'frame' | 'title'; door: Door; sessionId: string },
): { provider: Pick<Provider, 'stream'>; model: ModelInfo } {
  if (!calls) return { provider, model };
  return {
    model,
    provider: {
      stream: (request, signal) =>
        watched(provider.stream(request, signal), { model, ...job }, clock, async (call) => {
          if (!(await isPrivate(store, job.sessionId))) calls.add(call);
        }),
    },
  };
}

/** One that cannot be read may be private for all that is known. */
export const isPrivate = (store: Pick<SessionStore, 'get'>, sessionId: string): Promise<boolean> =>
  store.get(sessionId).then(
    (session) => session?.private !== false,
    () => true,
  );
