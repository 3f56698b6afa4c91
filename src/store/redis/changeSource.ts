import { notFound, toErrorInfo } from '../../core/errors.ts';
import type { ChangeSource } from './changes.ts';
import type { LogReader } from './logReader.ts';
import type { RedisSessions } from './sessions.ts';
import type { RedisTurns } from './turns.ts';

/** What is read to tell what became of a session, which may be purged by then. */
export function changeSourceOf(sessions: RedisSessions, log: LogReader, turns: RedisTurns): ChangeSource {
  const { keys } = sessions;
  return {
    range: (sessionId, from, to) => log.range(sessionId, from, to),
    summary: (sessionId) => sessions.summary(sessionId),
    queue: (sessionId, waited) => turns.queue(sessionId, waited).catch(unlessPurged([])),
    live: (sessionId) => turns.live(sessionId).catch(unlessPurged(undefined)),
    sessions: async () => [...(await sessions.list(keys.sessions)), ...(await sessions.list(keys.trash))],
  };
}

const unlessPurged =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (toErrorInfo(error).code === notFound('session', '').code) return instead;
    throw error;
  };
