/** Which turns this window is answering now. */
import type { Disposable } from '../base/disposable.ts';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { SessionEvent } from '../protocol/turnEvents.ts';

/** Where the turns come from; another core may be behind it after a while. */
interface Source {
  readonly onEvent: Event<SessionEvent>;
  readonly onDidOpen: Event<unknown>;
}

export class LiveTurns implements Disposable {
  readonly #lifetime = new DisposableStore();
  readonly #changes = this.#lifetime.add(new Emitter<void>());
  /** The session of each turn. */
  readonly #turns = new Map<string, string>();

  constructor({ onEvent, onDidOpen }: Source) {
    this.#lifetime.add(onEvent((event) => this.#hear(event)));
    // What is open now has no turn yet, and what was open before has none any more, however it ended.
    this.#lifetime.add(onDidOpen(() => this.#drop(() => true)));
  }

  /** A turn has begun or is over. */
  readonly onDidChange = this.#changes.event;

  get any(): boolean {
    return this.#turns.size > 0;
  }

  /** Sessions with a turn, the one that began last at the end. */
  get sessions(): string[] {
    return [...new Set(this.#turns.values())];
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #hear(event: SessionEvent): void {
    if (event.type === 'turn.started') {
      this.#turns.set(event.turnId, event.sessionId);
      this.#changes.fire();
    } else if (event.type === 'turn.ended') this.#drop((turnId) => turnId === event.turnId);
    // No end is told of turns whose session is gone.
    else if (event.type === 'session.purged') this.#drop((_, sessionId) => sessionId === event.sessionId);
  }

  #drop(isOver: (turnId: string, sessionId: string) => boolean): void {
    const over = [...this.#turns].filter(([turnId, sessionId]) => isOver(turnId, sessionId));
    for (const [turnId] of over) this.#turns.delete(turnId);
    if (over.length > 0) this.#changes.fire();
  }
}
