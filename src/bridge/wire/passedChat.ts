/** Answers of a server that speaks the client's own wire: they pass as they are, and what they cost is read on the way. */
import { z } from 'zod';
import type { CausewayError } from '../../core/errors.ts';
import { upstreamTooLarge } from '../../core/errors.ts';
import type { RelayOutcome } from '../../core/relay.ts';
import { maxEventBytes } from '../../protocol/bridge.ts';
import type { Usage } from '../../protocol/content.ts';
import { usageOfChat } from '../../protocol/wires/openai.ts';
import type { AnswerHead, AnswerReader } from './answerReader.ts';
import { EventBytes, everyEvent } from './eventBytes.ts';
import { readTopLevel } from './topLevel.ts';
import { parsedJson, withoutKey } from './translated.ts';
import { openAiErrorShape } from './wireErrors.ts';

export class PassedChat implements AnswerReader {
  readonly #host: string;
  readonly #key: string | undefined;
  readonly #events = new EventBytes(everyEvent, maxEventBytes);
  #usage: Usage | undefined;
  #outcome: RelayOutcome = 'truncated';
  #hasBegun = false;
  readonly ping = comment;

  constructor(host: string, key: string | undefined) {
    this.#host = host;
    this.#key = key;
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get outcome(): RelayOutcome {
    return this.#outcome;
  }

  whole(head: AnswerHead, bytes: Buffer): AnswerHead & { bytes: Uint8Array } {
    this.#outcome = head.status < 400 ? 'done' : 'refused';
    if (head.status === 200) this.#readUsage(bytes);
    return { ...head, bytes: withoutKey(bytes, this.#key) };
  }

  begin(head: AnswerHead): AnswerHead {
    return head;
  }

  part(chunk: Buffer): Uint8Array {
    const passage = this.#events.take(chunk);
    if (!passage) throw upstreamTooLarge(this.#host);
    for (const { data } of passage.events) this.#hear(data);
    return withoutKey(Buffer.from(passage.bytes), this.#key);
  }

  broken(error: CausewayError): Uint8Array {
    return Buffer.from(`data: ${openAiErrorShape(error).body}\n\n`);
  }

  /** What cannot be read is passed on all the same: it is for the client to judge. */
  #readUsage(bytes: Buffer): void {
    try {
      this.#usage = usageOfChat(readTopLevel(bytes, ['usage']).usage);
    } catch {
      this.#usage = undefined;
    }
  }

  /** Whole is an answer whose reason to end has come, whether or not the line does that closes the stream. */
  #hear(data: string): void {
    const value = parsedJson(data);
    if (typeof value !== 'object' || value === null) return;
    if ('error' in value && value.error) this.#outcome = 'failed';
    this.#hasBegun ||= saysSomething(value);
    if ('usage' in value) this.#usage = usageOfChat(value.usage) ?? this.#usage;
    if (this.#outcome === 'truncated' && isFinished(value)) this.#outcome = 'done';
  }
}

const comment = Buffer.from(': ping\n\n');

const delta = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: z.string().nullish(), tool_calls: z.array(z.unknown()).nullish() }),
    }),
  ),
});

/** The first chunk names the role alone. */
const saysSomething = (chunk: object): boolean =>
  delta
    .safeParse(chunk)
    .data?.choices.some(({ delta: { content, tool_calls: calls } }) => !!content || !!calls?.length) ?? false;

/** With several answers the first that is whole counts: the others come in the same stream. */
const isFinished = (chunk: object): boolean =>
  'choices' in chunk &&
  Array.isArray(chunk.choices) &&
  chunk.choices.some(
    (choice: unknown) =>
      typeof choice === 'object' &&
      choice !== null &&
      'finish_reason' in choice &&
      typeof choice.finish_reason === 'string',
  );
