/** The values behind placeholders, in the memory of this process alone: what was typed stands nowhere else. */

/** Values of one session; a turn that sends more sends a dump, whose file has them all. */
const mostValues = 10_000;
/** Sessions; more than somebody has in use. */
const mostSessions = 50;

export interface KeptValue {
  digest: string;
  value: string;
  /** As it was masked. */
  placeholder: string;
}

export class Vault {
  /** By session and digest. */
  readonly #sessions = new Map<string, Map<string, KeptValue>>();

  keep(sessionId: string, values: Iterable<KeptValue>): void {
    const known = this.#sessions.get(sessionId) ?? new Map<string, KeptValue>();
    for (const one of values) {
      // What was used last goes last of all.
      known.delete(one.digest);
      known.set(one.digest, one);
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
      const kept = this.#sessions.get(id)?.get(digest);
      if (kept !== undefined) return kept.value;
    }
    return undefined;
  }

  /** Of one session, in the order of their last use. */
  values(sessionId: string): KeptValue[] {
    return [...(this.#sessions.get(sessionId)?.values() ?? [])];
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
