/**
 * What inputs of this window are grounded in. A profile that names a grounding is heard, until the user chooses another
 * one for its session; where the profile names none, the setting holds and a choice changes it.
 */
import { z } from 'zod';
import type { Assistant } from '../core/assistant.ts';
import { type GroundingMode, groundingModes } from '../protocol/entries.ts';

/** Where the choices are kept while the window is closed. */
export interface GroundingMemory {
  get(): unknown;
  set(value: unknown): PromiseLike<void>;
}

interface Parts {
  memory: GroundingMemory;
  /** Writes the setting. */
  set(grounding: GroundingMode): PromiseLike<void>;
  /** Called when another grounding holds. */
  changed(): void;
}

/** With another profile in the session the choice is gone: it was made beside what that one named. */
const choice = z.object({ sessionId: z.string(), profile: z.string(), grounding: z.enum(groundingModes) });
type Choice = z.infer<typeof choice>;

/** Sessions whose choice is kept; those chosen for last stay, and more are not in use at a time. */
const mostKept = 100;

export class SessionGroundings {
  readonly #parts: Parts;
  /** Of private sessions, of which nothing is kept. */
  #unkept: Choice[] = [];
  /** Resolves when the choices made so far hold: an input sent right after one is sent with it. */
  #choosing: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What the user chose for the session beside what its profile names; an input without it is grounded as those say. */
  async chosen(
    assistant: Pick<Assistant, 'groundingFor'>,
    sessionId: string,
  ): Promise<{ grounding?: GroundingMode }> {
    await this.#choosing;
    const { profile, isNamed } = await assistant.groundingFor(sessionId);
    const made = isNamed
      ? [...this.#kept(), ...this.#unkept].findLast(
          (one) => one.sessionId === sessionId && one.profile === profile,
        )
      : undefined;
    return made === undefined ? {} : { grounding: made.grounding };
  }

  /** What an input of the session would be grounded in now. */
  async of(
    assistant: Pick<Assistant, 'groundingFor'>,
    sessionId: string | undefined,
  ): Promise<GroundingMode> {
    const chosen = sessionId === undefined ? {} : await this.chosen(assistant, sessionId);
    return chosen.grounding ?? (await assistant.groundingFor(sessionId)).grounding;
  }

  choose(
    assistant: Pick<Assistant, 'groundingFor' | 'sessions'>,
    sessionId: string,
    grounding: GroundingMode,
  ): Promise<void> {
    const choosing = this.#choose(assistant, sessionId, grounding);
    this.#choosing = Promise.allSettled([this.#choosing, choosing]);
    return choosing;
  }

  async #choose(
    assistant: Pick<Assistant, 'groundingFor' | 'sessions'>,
    sessionId: string,
    grounding: GroundingMode,
  ): Promise<void> {
    const { profile, isNamed } = await assistant.groundingFor(sessionId);
    if (!isNamed) {
      await this.#parts.set(grounding);
      return;
    }
    const made = { sessionId, profile, grounding };
    const isPrivate = (await assistant.sessions.get(sessionId))?.private === true;
    if (isPrivate) this.#unkept = withChoice(this.#unkept, made);
    else await this.#parts.memory.set(withChoice(this.#kept(), made));
    this.#parts.changed();
  }

  /** What another version wrote counts as nothing. */
  #kept(): Choice[] {
    return z.array(choice).safeParse(this.#parts.memory.get()).data ?? [];
  }
}

const withChoice = (all: readonly Choice[], made: Choice): Choice[] =>
  [...all.filter(({ sessionId }) => sessionId !== made.sessionId), made].slice(-mostKept);
