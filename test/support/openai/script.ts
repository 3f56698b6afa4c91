/** What the fake answers next. Behaviours are plain JSON, so another process can send them too. */
import { words } from '../anthropic/script.ts';

export interface ScriptedCall {
  id: string;
  name: string;
  /** The JSON, cut anywhere. */
  pieces: string[];
}

interface Content {
  text?: string;
  /** Told before the text, as servers with models that think do. */
  reasoning?: string;
  refusal?: string;
  calls?: ScriptedCall[];
}

interface Pace {
  /** Each delta waits for a step of the fake's gate. */
  gated?: boolean;
  /** Writes the stream in pieces of so many bytes, so that lines and characters are cut in two. */
  sliceBytes?: number;
}

export type Answer = { kind: 'answer'; finish?: string; withoutUsage?: true } & Content & Pace;

export type StreamedBehaviour =
  | Answer
  /** Sends the content, then an object with `error` in place of a chunk. */
  | ({ kind: 'error_in_stream'; error: object } & Content & Pace)
  /** Sends the content, then destroys the socket. */
  | ({ kind: 'disconnect' } & Content & Pace)
  /** Sends the content, then ends the response in good order without a `finish_reason`; `[DONE]` comes when asked for. */
  | ({ kind: 'truncate'; done?: true } & Content & Pace)
  /** Sends the content and then nothing, until the client goes. */
  | ({ kind: 'stall' } & Content & Pace)
  /** Sends the content and the reason why it ended, and then nothing. */
  | ({ kind: 'stall_before_usage' } & Content & Pace);

export type FailingBehaviour =
  | {
      kind: 'error';
      status: number;
      message?: string;
      code?: string | number | null;
      type?: string;
      headers?: Record<string, string>;
    }
  /** Destroys the socket before a byte is sent. */
  | { kind: 'hang_up' }
  /** Takes the request and never answers. */
  | { kind: 'silence' }
  /** Sends exactly this, as a gateway in between or a broken server would. */
  | { kind: 'raw'; status: number; headers?: Record<string, string>; body: string };

export type Behaviour = StreamedBehaviour | FailingBehaviour;

export const answer = (text: string): Answer => ({ kind: 'answer', text });

/** A call of a tool, its JSON cut into pieces of `size` characters. */
export const toolCall = (id: string, name: string, input: unknown, size = 3): Answer => ({
  kind: 'answer',
  calls: [{ id, name, pieces: JSON.stringify(input).match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [] }],
});

export const times = (count: number, behaviour: Behaviour): Behaviour[] => Array(count).fill(behaviour);

export { words };
