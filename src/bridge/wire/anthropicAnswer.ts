/** Anthropic's answers as they are: every byte passes, and what they cost and how they end is read on the way. */
import type { CausewayError } from '../../core/errors.ts';
import { upstreamTooLarge } from '../../core/errors.ts';
import type { RelayOutcome } from '../../core/relay.ts';
import { maxEventBytes } from '../../protocol/bridge.ts';
import type { Usage } from '../../protocol/content.ts';
import { toldEvent, usageOf, wireUsage } from '../../protocol/wires/anthropic.ts';
import type { AnswerHead, AnswerReader } from './answerReader.ts';
import { EventBytes, type WireEvent, wantedEvents } from './eventBytes.ts';
import { readTopLevel } from './topLevel.ts';
import { anthropicError } from './wireErrors.ts';

const wanted = wantedEvents('message_start', 'message_delta', 'message_stop', 'error');

export class AnthropicAnswer implements AnswerReader {
  readonly #host: string;
  readonly #events = new EventBytes(wanted, maxEventBytes);
  #usage: Usage | undefined;
  #outcome: RelayOutcome = 'truncated';
  #hasBegun = false;
  readonly ping = pingEvent;

  constructor(host: string) {
    this.#host = host;
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
    return { ...head, bytes };
  }

  begin(head: AnswerHead): AnswerHead {
    return head;
  }

  part(chunk: Buffer): Uint8Array {
    const passage = this.#events.take(chunk);
    if (!passage) throw upstreamTooLarge(this.#host);
    for (const event of passage.events) this.#hear(event);
    // Looked for in the bytes: to read each delta would cost more than all the rest of a relayed stream.
    this.#hasBegun ||=
      passage.bytes.length > 0 &&
      Buffer.from(passage.bytes.buffer, passage.bytes.byteOffset, passage.bytes.length).includes(delta);
    return passage.bytes;
  }

  broken(error: CausewayError): Uint8Array {
    const { body } = anthropicError(error);
    return Buffer.from(`event: error\ndata: ${body}\n\n`);
  }

  /** What cannot be read is passed on all the same: it is for the client to judge. */
  #readUsage(bytes: Buffer): void {
    try {
      const parsed = wireUsage.safeParse(readTopLevel(bytes, ['usage']).usage);
      if (parsed.success) this.#usage = usageOf(parsed.data);
    } catch {
      this.#usage = undefined;
    }
  }

  /** The API names each event as its data says; what an event without a name says, its SDKs do not hear either. */
  #hear({ name, data }: WireEvent): void {
    if (name === 'message_stop') this.#outcome = 'done';
    else if (name === 'error') this.#outcome = 'failed';
    else {
      const { message, usage = message?.usage } = toldEvent.safeParse(parse(data)).data ?? {};
      if (usage) this.#usage = usageOf(usage, this.#usage);
    }
  }
}

const delta = 'content_block_delta';

const pingEvent = Buffer.from('event: ping\ndata: {"type": "ping"}\n\n');

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // An event that is no JSON is passed on like any other; it tells us nothing.
    return undefined;
  }
}
