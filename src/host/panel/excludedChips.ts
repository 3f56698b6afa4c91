/** Automatic context that the user took out of the next turn of a session. */
export class ExcludedChips {
  readonly #bySession = new Map<string, Set<string>>();

  of(sessionId: string): string[] {
    return [...(this.#bySession.get(sessionId) ?? [])];
  }

  set(sessionId: string, chipId: string, excluded: boolean): void {
    const chips = this.#bySession.get(sessionId) ?? new Set();
    if (excluded) chips.add(chipId);
    else chips.delete(chipId);
    this.#bySession.set(sessionId, chips);
  }

  clear(sessionId: string): void {
    this.#bySession.delete(sessionId);
  }
}
