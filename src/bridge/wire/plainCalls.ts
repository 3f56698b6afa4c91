/** A program's call that belongs to no session, on its way to whichever model it names. */
import type { Relayed, RelayedFailure, RelayedModel } from '../../core/assistant.ts';
import { CausewayError, invalidInput } from '../../core/errors.ts';
import type { RelayWire } from '../../core/relay.ts';
import type { RouteCall } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';
import type { ModelCall, ModelCalls } from './modelCalls.ts';
import { wireStatus } from './wireStatus.ts';

export interface PlainCall {
  wire: RelayWire;
  /** The model as the request names it. */
  name: string;
  stream: boolean;
  /** The program's own request, where that is not what is sent to Claude's API. */
  asked?: Buffer;
  /** With what the conversation begins, by which a route keeps to one of its models. */
  conversation(): string;
  /** As it goes to Claude's API, with the model's own name there. */
  toClaude(model: string): Sent;
  /** As it goes to a server that speaks chat completions. Throws what names the field that cannot be translated. */
  toServer(model: RelayedModel): Sent;
}

/** What of a call differs from upstream to upstream. */
export type Sent = Pick<ModelCall, 'path' | 'body' | 'maxTokens' | 'reader'> &
  Partial<Pick<ModelCall, 'headers' | 'operation'>>;

/** Names that are Claude's own: its calls need not look who else there is. */
const isClaudes = (name: string): boolean => name.startsWith('claude-');

export class PlainCalls {
  readonly #relayed: Relayed;
  readonly #calls: ModelCalls;

  constructor(relayed: Relayed, calls: ModelCalls) {
    this.#relayed = relayed;
    this.#calls = calls;
  }

  /** Throws `model_not_found`, what keeps the model from answering, and as `ModelCalls.send`. */
  send(call: RouteCall, plain: PlainCall): Promise<BridgeResponse> {
    if (!isClaudes(plain.name)) return this.#sendToKnown(call, plain);
    return this.#calls.send(call, sentToClaude(plain, plain.name)).catch((error: unknown) => {
      // A gateway of the user's may have Claude's models too.
      if (error instanceof CausewayError && error.code === 'no_api_key')
        return this.#sendToKnown(call, plain);
      throw error;
    });
  }

  /** Claude's own name of a model that only its API can be asked about. Throws as `send`, and `invalid_input`. */
  async claudes(name: string): Promise<string> {
    if (isClaudes(name)) return name;
    const [{ model }] = (await this.#relayed.models(name, '').catch(withStatus)).models;
    if (model.provider === 'anthropic') return model.id;
    throw invalidInput('model', `a model of ${model.provider}`, 'one of Claude’s, which alone are counted');
  }

  async #sendToKnown(call: RouteCall, plain: PlainCall): Promise<BridgeResponse> {
    const { models, standsIn } = await this.#relayed
      .models(plain.name, plain.name.startsWith('route/') ? plain.conversation() : '')
      .catch(withStatus);
    for (const [at, model] of models.entries()) {
      const isLast = at === models.length - 1;
      const tried = await this.#try(call, plain, model, isLast);
      if (tried.asked || tried.failure) model.ended(tried.failure);
      if (!tried.failure || isLast || call.presence.over || !standsIn(tried.failure)) return answerOf(tried);
    }
    throw new TypeError('A call is sent to one model at least.');
  }

  async #try(call: RouteCall, plain: PlainCall, one: RelayedModel, isLast: boolean): Promise<Tried> {
    const { model } = one;
    let said = '';
    let asked = false;
    const onAsk = () => {
      asked = true;
      one.began();
    };
    const onRefused = (body: Buffer) => {
      said = body.toString('utf8');
    };
    try {
      const sent =
        model.provider === 'anthropic'
          ? sentToClaude(plain, model.id)
          : { ...common(plain), ...plain.toServer(one), model: plain.name, server: model };
      // Where another can take over at once, nobody waits for this one to come back.
      const response = await this.#calls.send(call, {
        ...sent,
        onAsk,
        onRefused,
        ...(isLast ? {} : { retries: 0 }),
      });
      const failure = response.status < 400 ? undefined : failureOf(response, said);
      return failure ? { response, asked, failure } : { response, asked };
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      const { code, retryAfterMs } = error;
      return { error, asked, failure: { code, retryAfterMs } };
    }
  }
}

interface Tried {
  response?: BridgeResponse;
  error?: CausewayError;
  /** Not by an answer that was kept, which says nothing of how the model is now. */
  asked: boolean;
  failure?: RelayedFailure;
}

function answerOf({ response, error }: Tried): BridgeResponse {
  if (response) return response;
  throw error ?? new TypeError('A call that failed says by what.');
}

const common = ({ wire, stream, asked }: PlainCall) => ({
  wire,
  ...(asked === undefined ? {} : { asked }),
  operation: 'messages' as const,
  method: 'POST' as const,
  stream,
});

const sentToClaude = (plain: PlainCall, model: string): ModelCall => ({
  ...common(plain),
  ...plain.toClaude(model),
  model,
});

/** An answer of upstream's that is an error came whole, so that another may be asked in its place. */
function failureOf({ status, headers }: BridgeResponse, body: string): RelayedFailure {
  const seconds = Number.parseFloat(headers['retry-after'] ?? '');
  return { status, body, ...(Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}) };
}

/** What keeps a provider from answering comes as it would from a turn, without a status. */
export function withStatus(error: unknown): never {
  throw error instanceof CausewayError && error.status === 500 ? wireStatus(error) : error;
}
