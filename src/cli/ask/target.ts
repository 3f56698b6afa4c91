/** Where `causeway ask` has its turn run: in the bridge of the folder, or in this process. */
import { invalidInput, noSessionYet } from '../../core/errors.ts';
import type { Entry, GroundingMode, TurnOutcome } from '../../protocol/entries.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';

export interface Question {
  text: string;
  model?: string;
  grounding?: GroundingMode;
  profile?: string;
}

export interface AskTarget {
  /** Finds a session by its id or the beginning of it. Throws `not_found`. */
  find(wanted: string): Promise<SessionSummary>;
  /** Used last; undefined when there is none. */
  newest(): Promise<SessionSummary | undefined>;
  create(): Promise<SessionSummary>;
  /** The newest entries of the active branch, oldest first. */
  latest(sessionId: string): Promise<readonly Entry[]>;
  /**
   * The events of the turn; the last one is terminal, unless `stop` aborts before the turn has begun. Aborting it
   * later stops the turn and keeps what has arrived.
   */
  ask(sessionId: string, question: Question, stop: AbortSignal): AsyncIterable<TurnEvent>;
  /** Takes back a session made for a question that was then refused. */
  discard(sessionId: string): Promise<void>;
  close(): Promise<void>;
}

export type Choice = { kind: 'new' } | { kind: 'continue' } | { kind: 'session'; id: string };

/** Throws `no_session_yet`, `not_found`, and `invalid_input` for a session in the trash. */
export async function chosenSession(target: AskTarget, choice: Choice): Promise<SessionSummary> {
  switch (choice.kind) {
    case 'new':
      return target.create();
    case 'continue': {
      const newest = await target.newest();
      if (!newest) throw noSessionYet();
      return newest;
    }
    case 'session': {
      const session = await target.find(choice.id);
      if (session.trashedAt !== undefined)
        throw invalidInput(
          '--session',
          choice.id,
          'a session outside the trash; causeway sessions restore ID',
        );
      return session;
    }
    default:
      return choice satisfies never;
  }
}

/** How the last turn ended; undefined when there was none. */
export const lastOutcome = (entries: readonly Entry[]): TurnOutcome | undefined => {
  const last = entries.findLast((entry) => entry.kind === 'assistant' && entry.outcome !== undefined);
  return last?.kind === 'assistant' ? last.outcome : undefined;
};
