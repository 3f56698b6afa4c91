/**
 * The names of all keys in Redis, in one place. What one script touches stands under one hash tag, so that a cluster
 * keeps it on one node.
 */

/** Joins a name; ids are ours and hold no colon. */
const named = (tag: string, ...parts: readonly string[]): string => [`causeway:{${tag}}`, ...parts].join(':');

/** Keys of one workspace. */
export const workspaceKeys = (workspaceId: string) => {
  const key = (...parts: string[]) => named(workspaceId, ...parts);
  return {
    /** Outcome of a change that was made, kept until nobody can ask for it a second time. */
    done: (changeId: string) => key('done', changeId),
    /** Stream of what changed, which every instance reads, and the number of the last change in it. */
    changes: key('changes'),
    lastChange: key('changes', 'last'),
    /** Sorted by when they were last used: sessions that are shown, and those in the trash. */
    sessions: key('sessions'),
    trash: key('trash'),
    /** Until when each turn is held, in ms of the server's clock. */
    leases: key('leases'),
    turn: (turnId: string) => key('turn', turnId),
    /** What stands before the id of a turn in its key. */
    turnPrefix: key('turn', ''),
    session: (sessionId: string) => key('session', sessionId),
    /** The log: a stream whose ids are the places of the entries. */
    log: (sessionId: string) => key('session', sessionId, 'log'),
    /** For each entry its place, its parent and its kind. */
    links: (sessionId: string) => key('session', sessionId, 'links'),
    /** Place of the entry that ended each turn. */
    ends: (sessionId: string) => key('session', sessionId, 'ends'),
    /** Places of the entries of one kind, in order. */
    kind: (sessionId: string, kind: string) => key('session', sessionId, 'kind', kind),
    /** Turns that run or wait in a session, in order. */
    queue: (sessionId: string) => key('session', sessionId, 'queue'),
    draft: (sessionId: string) => key('session', sessionId, 'draft'),
  };
};
export type WorkspaceKeys = ReturnType<typeof workspaceKeys>;

/** Keys of what belongs to all workspaces of a Redis: programs, limits, the log of calls. */
export const sharedKeys = {
  /** Outcome of a change that was made, as in a workspace. */
  done: (changeId: string) => named('shared', 'done', changeId),
  of: (...parts: string[]) => named('shared', ...parts),
};
