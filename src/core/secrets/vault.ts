/** The values behind placeholders, in the memory of this process alone: what was typed stands nowhere else. */

/** Values of one session; a turn that sends more sends a dump, whose file has them all. */
const mostValues = 10_000;
/** Sessions; more than somebody has in use. */
const mostSessions = 50;

export class Vault {
  readonly #sessions = new Map<string, Map<string, string>>();

  keep(sessionId: string, values: Iterable<readonly [digest: string, value: string]>): void {
    const known = this.#sessions.get(sessionId) ?? new Map<string, string>();
    for (const [digest, value] of values) {
      // What was used last goes last of all.
      known.delete(digest);
      known.set(digest, value);
    }
    if (known.size === 0) return;
    dropOldest(known, mostValues);
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, known);
    dropOldest(this.#sessions, mostSessions);
  }

  /** From the first of the sessions that has it. */
  value(sessionIds: readonly string[], digest: string): string | undefined {
    for (const id of sessionIds) {
      const value = this.#sessions.get(id)?.get(digest);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }
}

/** Takes the entries that were put in first out of a map until it has no more than `most`. */
function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
