import type { OpenCore } from '../../openCore.ts';
import { findSession } from '../sessions/find.ts';
import type { AskTarget } from './target.ts';

/** Entries looked at to learn how the last turn ended. */
const latestCount = 20;

/** Turns run in this process, which owns the core. */
export function coreTarget(core: OpenCore): AskTarget {
  const { assistant } = core;
  const { sessions } = assistant;
  return {
    find: (wanted) => findSession(sessions, wanted),
    newest: async () => (await sessions.list({ limit: 1 }))[0],
    create: () => sessions.create({ door: 'cli' }),
    latest: (sessionId) => sessions.path(sessionId, { limit: latestCount }),
    async *ask(sessionId, question, stop) {
      const turn = await assistant.startTurn(sessionId, { ...question, door: 'cli' }, stop);
      yield* turn.events;
    },
    discard: (sessionId) => sessions.purge(sessionId),
    close: () => core.close(),
  };
}
