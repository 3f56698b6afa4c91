/** Anthropic's answers without a stream, as OpenAI's API would give them. */
import type { CausewayError } from '../../core/errors.ts';
import { upstreamUnreadable } from '../../core/errors.ts';
import type { RelayOutcome } from '../../core/relay.ts';
import type { Usage } from '../../protocol/content.ts';
import { errorTypeOf } from '../../protocol/wires/anthropic.ts';
import { anthropicErrorBody, openAiError } from '../../protocol/wires/openai.ts';
import type { AnswerHead, AnswerReader } from './answerReader.ts';

const nothing = Buffer.alloc(0);

/** Translates an answer that is no stream; `translate` gets what upstream sent and throws for what it cannot read. */
export class OpenAiAnswer implements AnswerReader {
  readonly #host: string;
  readonly #translate: (answer: unknown) => unknown;
  #outcome: RelayOutcome = 'failed';
  readonly usage: Usage | undefined = undefined;
  readonly hasBegun = false;
  readonly ping = nothing;

  constructor(host: string, translate: (answer: unknown) => unknown) {
    this.#host = host;
    this.#translate = translate;
  }

  get outcome(): RelayOutcome {
    return this.#outcome;
  }

  whole({ status, headers }: AnswerHead, bytes: Buffer): AnswerHead & { bytes: Uint8Array } {
    const answer = parse(bytes);
    const value = status < 400 ? this.#translated(answer) : openAiFailure(status, answer);
    this.#outcome = status < 400 ? 'done' : 'refused';
    return {
      status,
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
      bytes: Buffer.from(JSON.stringify(value)),
    };
  }

  begin(): never {
    throw upstreamUnreadable(this.#host);
  }

  part(): never {
    throw upstreamUnreadable(this.#host);
  }

  broken(_: CausewayError): Uint8Array {
    return nothing;
  }

  #translated(answer: unknown): unknown {
    try {
      return this.#translate(answer);
    } catch {
      throw upstreamUnreadable(this.#host);
    }
  }
}

/** An error of Anthropic's API as OpenAI's SDKs read it: words and kind stay. */
export function openAiFailure(status: number, answer: unknown) {
  const parsed = anthropicErrorBody.safeParse(answer);
  return parsed.success
    ? openAiError(parsed.data.error.message, parsed.data.error.type, null)
    : openAiError(`The API failed with status ${status}.`, errorTypeOf(status), null);
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // What a gateway in between says is no JSON; its status is kept.
    return undefined;
  }
}
