/** What the fake answers next. Without a script it answers about the last user message. */
import type { ErrorStatus } from './errors.ts';

export type ScriptedBlock =
  | { type: 'text'; deltas: string[] }
  | { type: 'thinking'; deltas: string[]; signature: string }
  | { type: 'redacted_thinking'; data: string }
  | { type: 'tool_use'; id: string; name: string; jsonDeltas: string[] };

export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded';

export type Behaviour =
  | { kind: 'answer'; blocks: ScriptedBlock[]; stopReason?: StopReason; pings?: boolean }
  /** Answers `text` word by word; each step waits for a `step` from the test when `gated`. */
  | { kind: 'drip'; text: string; gated: boolean }
  | { kind: 'error'; status: ErrorStatus; message?: string; headers?: Record<string, string> }
  /** Sends the text, then an `error` event. */
  | { kind: 'error_in_stream'; text: string; status: ErrorStatus }
  /** Sends the text, then destroys the socket. */
  | { kind: 'disconnect'; text: string }
  /** Sends the text, then ends the response without `message_stop`. */
  | { kind: 'truncate'; text: string }
  /** Sends the text and then nothing, until the client goes. */
  | { kind: 'stall'; text: string };

export const answer = (text: string): Behaviour => ({
  kind: 'answer',
  blocks: [{ type: 'text', deltas: words(text) }],
});

/** Pieces as a model sends them: a word with the space before it. */
export const words = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];

/** Lets a test release steps one by one, and wait until the server stands at one. */
export class Gate {
  #open = 0;
  #waiting: (() => void)[] = [];
  #arrived: (() => void)[] = [];

  /** Server side: waits for one step. */
  async pass(): Promise<void> {
    for (const wake of this.#arrived.splice(0)) wake();
    if (this.#open > 0) {
      this.#open--;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  step(count = 1): void {
    for (let n = 0; n < count; n++) {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#open++;
    }
  }

  /** Resolves when the server next stands at the gate; at once when it does already. */
  arrived(): Promise<void> {
    if (this.#waiting.length > 0) return Promise.resolve();
    return new Promise((resolve) => this.#arrived.push(resolve));
  }
}
