/**
 * What recall reads of sessions in Redis. It reads their logs as any other store's, and keeps nothing there of what it
 * makes of them: each instance has an index of its own in memory, made when it is first asked for.
 */
import type { RecallSource } from '../../core/session/recallSource.ts';
import type { LogReader } from './logReader.ts';
import type { RedisSessions } from './sessions.ts';

/** `opening` is another number each time Redis came back with less than it had acknowledged. */
export function recallSourceOf(sessions: RedisSessions, log: LogReader, opening: () => number): RecallSource {
  return {
    async recallState(sessionId) {
      const summary = await sessions.summary(sessionId);
      return summary && { lastSeq: summary.entryCount, private: false, opening: opening() };
    },
    async recallable() {
      const shown = await sessions.list(sessions.keys.sessions);
      return {
        sessions: shown.map(({ id, entryCount }) => ({ sessionId: id, lastSeq: entryCount })),
        opening: opening(),
      };
    },
    log: (sessionId, { afterSeq, limit }) => log.range(sessionId, afterSeq + 1, afterSeq + limit),
    recallRuns: async () => [],
    putRecallRun: async () => undefined,
  };
}
