import type { AsyncQueue } from '../base/asyncQueue.ts';
import type { QueuedTurn } from '../protocol/session.ts';
import type { TurnEvent } from '../protocol/turnEvents.ts';
import type { Answer } from './answer.ts';
import type { AnswerUse } from './answers/keptAnswers.ts';
import type { ClientPart } from './client/clientTurn.ts';
import type { CallBudget } from './limits/spending.ts';
import type { Chosen } from './providers/registry.ts';

/** What a program that sent a turn has a say in. */
export interface AskedBy {
  client?: ClientPart | undefined;
  /** Its limits. */
  budget?: CallBudget | undefined;
  cache?: AnswerUse | undefined;
}

/** What an accepted turn needs beyond its entry, kept while it waits and runs. */
export interface AcceptedTurn {
  sessionId: string;
  chosen: Chosen;
  by: AskedBy;
  abort: AbortController;
  /** It stands in the queue. */
  waits: boolean;
  events: AsyncQueue<TurnEvent>;
  /** Lets go of the caller's signal. */
  release(): void;
}

/** A turn that holds the lease of its session. */
export interface Running {
  turnId: string;
  answer: Answer;
  abort: AbortController;
  done: Promise<void>;
}

/** The turns this process has accepted and that are not over. */
export class AcceptedTurns {
  readonly #turns = new Map<string, AcceptedTurn>();

  add(turnId: string, turn: AcceptedTurn): void {
    this.#turns.set(turnId, turn);
  }

  has(turnId: string): boolean {
    return this.#turns.has(turnId);
  }

  get(turnId: string): AcceptedTurn | undefined {
    return this.#turns.get(turnId);
  }

  setWaits(turnId: string, waits: boolean): void {
    const turn = this.#turns.get(turnId);
    if (turn) turn.waits = waits;
  }

  of(sessionId: string): [turnId: string, turn: AcceptedTurn][] {
    return [...this.#turns].filter(([, turn]) => turn.sessionId === sessionId);
  }

  /** Turns that stood in the queue of the session and do not any more, though they did not become live. */
  takenBack(sessionId: string, queue: readonly QueuedTurn[]): string[] {
    const waiting = this.of(sessionId).filter(([, turn]) => turn.waits);
    return waiting.map(([turnId]) => turnId).filter((id) => !queue.some(({ turnId }) => turnId === id));
  }

  forget(turnId: string): void {
    this.#turns.get(turnId)?.release();
    this.#turns.delete(turnId);
  }

  /** Lets the readers of all of them go. */
  close(): void {
    for (const [turnId, { events }] of this.#turns) {
      events.end();
      this.forget(turnId);
    }
  }
}
