/** What the fake answers next. Behaviours are plain JSON, so another process can send them too. */
import type Anthropic from '@anthropic-ai/sdk';
import type { ErrorStatus } from './errors.ts';

export type ScriptedBlock =
  | { type: 'text'; deltas: string[]; citations?: Anthropic.TextCitation[] }
  | { type: 'thinking'; deltas: string[]; signature: string }
  | { type: 'redacted_thinking'; data: string }
  /** The pieces of the JSON may be cut anywhere, within a string or an escape too. */
  | { type: 'tool_use'; id: string; name: string; jsonDeltas: string[] };

export type StopReason = Anthropic.StopReason;

interface Pace {
  /** Each delta waits for a step of the fake's gate. */
  gated?: boolean;
  /** Sends a `ping` after the start and after each delta, as the API may at any moment. */
  pings?: boolean;
  /** Writes the stream in pieces of so many bytes, so that lines and characters are cut in two. */
  sliceBytes?: number;
}

/** Text sent word by word, or blocks as they are written. */
type Content = { text: string } | { blocks: ScriptedBlock[] };

export type Answer = { kind: 'answer'; blocks: ScriptedBlock[]; stopReason?: StopReason } & {
  stopSequence?: string;
  stopDetails?: Anthropic.RefusalStopDetails;
} & Pace;

/** An answer that begins with status 200 and a stream. */
export type StreamedBehaviour =
  | Answer
  /** Answers `text` word by word; each step waits for a `step` from the test when `gated`. */
  | ({ kind: 'drip'; text: string; gated: boolean } & Pace)
  /** Sends the content, then an `error` event. */
  | ({ kind: 'error_in_stream'; status: ErrorStatus; message?: string } & Content & Pace)
  /** Sends the content, then destroys the socket. */
  | ({ kind: 'disconnect' } & Content & Pace)
  /** Sends the content, then ends the response in good order, but without `message_stop`. */
  | ({ kind: 'truncate' } & Content & Pace)
  /** Sends the content and then nothing, until the client goes. */
  | ({ kind: 'stall' } & Content & Pace);

/** Behaviour that takes the place of an answer of the API. */
export type FailingBehaviour =
  | {
      kind: 'error';
      status: ErrorStatus;
      message?: string;
      /** `error.details.error_code`. */
      errorCode?: string;
      /** The `retry-after` header: seconds, or an HTTP date. */
      retryAfter?: number | string;
      headers?: Record<string, string>;
    }
  /** Destroys the socket before a byte is sent. */
  | { kind: 'hang_up' }
  /** Takes the request and never answers. */
  | { kind: 'silence' }
  /** Sends exactly this, as a gateway in between or a broken server would. */
  | { kind: 'raw'; status: number; headers?: Record<string, string>; body: string };

export type Behaviour = StreamedBehaviour | FailingBehaviour;

export const answer = (text: string): Answer => ({
  kind: 'answer',
  blocks: [{ type: 'text', deltas: words(text) }],
});

/** A call of a tool, its JSON cut into pieces of `size` characters. */
export function toolCall(id: string, name: string, input: unknown, size = 3): Answer {
  const jsonDeltas = pieces(JSON.stringify(input), size);
  return { kind: 'answer', blocks: [{ type: 'tool_use', id, name, jsonDeltas }], stopReason: 'tool_use' };
}

/** The same behaviour several times, as for errors that go away at the next attempt. */
export const times = (count: number, behaviour: Behaviour): Behaviour[] => Array(count).fill(behaviour);

/** Pieces as a model sends them: a word with the space before it. */
export const words = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];

function pieces(text: string, size: number): string[] {
  const cut: string[] = [];
  for (let at = 0; at < text.length; at += size) cut.push(text.slice(at, at + size));
  return cut;
}

/** Blocks of a behaviour that streams something. */
export function blocksOfBehaviour(behaviour: StreamedBehaviour): ScriptedBlock[] {
  return 'blocks' in behaviour ? behaviour.blocks : [{ type: 'text', deltas: words(behaviour.text) }];
}
