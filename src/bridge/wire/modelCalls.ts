/** Passes a program's own call of a model on, and its answer back. */
import { raced } from '../../base/raced.ts';
import { clientGone } from '../../core/errors.ts';
import { requestSize } from '../../core/limits/requestSize.ts';
import type { Clock } from '../../core/ports.ts';
import type {
  ModelRelay,
  RelayOperation,
  RelayPrincipal,
  RelayServer,
  RelayWire,
  Said,
} from '../../core/relay.ts';
import { cacheHeader, cacheUseOf } from '../cache/cacheUse.ts';
import { KeptCalls, maxCallBytes } from '../cache/keptCalls.ts';
import type { Principal, RouteCall } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';
import type { AnswerReader } from './answerReader.ts';
import { serverHeaders, upstreamHeaders } from './headers.ts';
import { HeldAnswer, type HeldAnswerOptions } from './heldAnswer.ts';
import { RelayedAnswer } from './relayedAnswer.ts';
import { Repeats, retriesOf } from './repeats.ts';
import { SaidBytes } from './saidBytes.ts';
import { transformedCall } from './transformedCall.ts';
import { Upstreams } from './upstream.ts';

export interface ModelCallsDeps {
  relay: ModelRelay;
  clock: Clock;
  pingMs: number;
}

export interface ModelCall {
  wire: RelayWire;
  operation: RelayOperation;
  method: 'GET' | 'POST';
  /** Below the base URL, with its query. */
  path: string;
  model: string | undefined;
  /** Where it goes, for what does not go to Claude's API. */
  server?: RelayServer;
  stream: boolean;
  body: Buffer | undefined;
  /** Ceiling of the answer in tokens, as the request has it. */
  maxTokens?: number | undefined;
  /** Headers beside those of the client that are passed on to Claude's API, names and values in turn. */
  headers?: readonly string[];
  /** The program's own request, where that is not what is sent: the answer is written as it asks. */
  asked?: Buffer;
  /** Mark of the user's transforms that have seen it. */
  transforms?: string;
  /** What they make of the answer, where one of them sees answers. */
  changeAnswer?: Pick<HeldAnswerOptions, 'form' | 'change'>;
  /** How often it is sent again at most, where that is not the program's to say. */
  retries?: number;
  /** Told when the model is to be asked; of a call that a kept answer is given to, never. */
  onAsk?: () => void;
  /** Told what upstream said where it answered with an error, in its own words. */
  onRefused?: (body: Buffer) => void;
  /** `key` is what the call is sent with; no answer may hold it. */
  reader(host: string, key: string | undefined): AnswerReader;
}

export class ModelCalls {
  readonly #deps: ModelCallsDeps;
  readonly #upstreams = new Upstreams();
  readonly #kept: KeptCalls;

  constructor(deps: ModelCallsDeps) {
    this.#deps = deps;
    this.#kept = new KeptCalls(deps.relay, deps.clock);
  }

  /** Throws what `ModelRelay.authorise` and the user's transforms throw, and the errors of an upstream that gives no answer. */
  send(route: RouteCall, call: ModelCall): Promise<BridgeResponse> {
    const transforms = call.body === undefined ? undefined : this.#deps.relay.transforms(call.server);
    return transforms ? this.#seen(route, call, transforms) : this.#sendKept(route, call);
  }

  /** By the user's transforms, before it is looked up, paid for or sent. */
  async #seen(
    route: RouteCall,
    call: ModelCall,
    active: ReturnType<ModelRelay['transforms']>,
  ): Promise<BridgeResponse> {
    const { presence } = route;
    let seen = call;
    try {
      const transforms = await raced(Promise.resolve(active), presence.signal);
      if (transforms) seen = await transformedCall(call, transforms, presence.signal);
    } catch (error) {
      throw presence.over ? clientGone() : error;
    }
    return this.#sendKept(route, seen);
  }

  #sendKept(route: RouteCall, call: ModelCall): Promise<BridgeResponse> {
    return route.request.headers.has(cacheHeader) ? this.#cached(route, call) : this.#send(route, call);
  }

  /** An answer that was given before, where one will do, and which this one may be for the next who asks. */
  async #cached(route: RouteCall, call: ModelCall): Promise<BridgeResponse> {
    const { relay, clock } = this.#deps;
    const { wire, operation, model, server, stream, body, path } = call;
    const { request, principal } = route;
    const use = cacheUseOf(request, principal);
    const mayKeep = operation === 'messages' && body !== undefined && body.length <= maxCallBytes;
    if (!use || !mayKeep) return this.#send(route, call);
    const at = clock.now();
    const from = clock.monotonic();
    // Whether anything may leave at all, and where to; what it costs is held only when it is sent.
    const asked = {
      wire,
      operation,
      size: () => requestSize(noBody),
      server,
      ...(model === undefined ? {} : { model }),
    };
    const { baseUrl } = await relay.authorise(owner, asked);
    const cached = {
      use,
      wire,
      baseUrl,
      path,
      body,
      headers: call.headers ?? [],
      transforms: call.transforms ?? '',
      asked: call.asked ?? noBody,
    };
    const key = this.#kept.keyOf(request, cached);
    const found = await this.#kept.find(key, use);
    if (!found) return this.#kept.keeping(key, cached, await this.#send(route, call));
    const ms = clock.monotonic() - from;
    relay.record({
      ...{ at, principal: principalOf(principal), wire, operation, model, server, stream },
      ...{ status: 200, outcome: 'done', usage: undefined, firstByteMs: ms, totalMs: ms },
      ...{ requestId: undefined, reached: false, hold: undefined, cache: 'hit' },
    });
    return found;
  }

  async #send({ request, principal, presence }: RouteCall, call: ModelCall): Promise<BridgeResponse> {
    const { relay, clock, pingMs } = this.#deps;
    const { wire, operation, model, server, stream, body, maxTokens } = call;
    call.onAsk?.();
    const who = principalOf(principal);
    const at = clock.now();
    const asked = relay.authorise(who, {
      wire,
      operation,
      size: () => requestSize(body ?? noBody),
      server,
      ...(model === undefined ? {} : { model }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
    });
    const { baseUrl, key, limits, hold, bodies } = 'then' in asked ? await asked : asked;
    const said = bodies && new SaidBytes();
    const { dispatcher, host, prefix } = this.#upstreams.of(baseUrl);
    const reader = call.reader(host, key);
    const retries = call.retries ?? retriesOf(request);
    const send = () => {
      dispatcher.dispatch(
        {
          method: call.method,
          path: prefix + call.path,
          headers: server
            ? serverHeaders(request, principal, key)
            : upstreamHeaders(request, principal, key ?? '', call.headers),
          body: body ?? null,
          headersTimeout: limits.headMs,
          bodyTimeout: limits.idleMs,
        },
        call.changeAnswer ? new HeldAnswer(answer, { ...call.changeAnswer, host }) : answer,
      );
    };
    const repeats = retries > 0 ? new Repeats(clock, retries, send) : undefined;
    const answer = new RelayedAnswer({
      reader,
      host,
      limits,
      pingMs,
      presence,
      onRefused: call.onRefused,
      again:
        repeats &&
        ((refusal, reached) => {
          const again = repeats.again(refusal, reached);
          if (again && said) said.clear();
          return again;
        }),
      now: () => clock.monotonic(),
      ...(said ? { onData: (chunk, streams) => said.add(chunk, streams) } : {}),
      onEnd: (end) => {
        repeats?.end();
        relay.record({
          at,
          principal: who,
          wire,
          operation,
          model,
          server,
          stream,
          usage: reader.usage,
          hold,
          ...(said ? { bodies: { request: saidIn(body), answer: said.said } } : {}),
          ...(repeats?.unsure ? { unsure: true } : {}),
          ...end,
        });
      },
    });
    send();
    return await answer.response;
  }

  /** Ends all calls that run. */
  dispose(): void {
    void this.#upstreams.destroy();
  }
}

const noBody = Buffer.alloc(0);

const saidIn = (body: Buffer | undefined): Said => {
  const said = new SaidBytes();
  if (body) said.add(body);
  return said.said;
};

const owner: RelayPrincipal = { kind: 'owner' };
export const principalOf = (principal: Principal): RelayPrincipal =>
  principal.kind === 'owner' ? owner : { kind: 'client', client: principal.client };
