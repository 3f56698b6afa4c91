/**
 * Answers to programs' own calls of a model that may be given again to exactly the same call, byte for byte as they came.
 * They are in memory alone, so that nothing a program said or was told lies on disk, and only where no secret was found
 * in either.
 */
import { createHash } from 'node:crypto';
import { BoundedCache } from '../../base/boundedCache.ts';
import type { Clock } from '../../core/ports.ts';
import type { ModelRelay, RelayWire } from '../../core/relay.ts';
import type { BridgeRequest, BridgeResponse, PushedBody } from '../http.ts';
import { safeHeaders } from '../http.ts';
import { ignoredHeader } from '../wire/wireWriter.ts';
import { type CacheUse, cacheHeaders } from './cacheUse.ts';
import { jsonOf, plainAnswer, textsIn } from './plainAnswer.ts';

/** More than a thousand answers of usual length, and a small part of what the editor's host takes. */
const maxBytes = 16 * 1024 * 1024;
/** Of a request that is looked through for secrets, and of an answer; those of the largest models are half of it. */
export const maxCallBytes = 1024 * 1024;

/** A call that may be answered from an earlier one. */
export interface CachedCall {
  use: CacheUse;
  wire: RelayWire;
  /** Where it goes, as the settings have it, and the path there with its query. */
  baseUrl: string;
  path: string;
  body: Buffer;
  /** That are sent beside the client's. */
  headers: readonly string[];
  /** Of the user's transforms that saw the body and see the answer; empty without any. */
  transforms: string;
  /** The client's own request, by which its answer is written; empty where it is what is sent. */
  asked: Buffer;
}

interface Kept {
  bytes: Uint8Array;
  headers: Record<string, string>;
}

/** Of an answer, what holds of it at any time: no ids, limits or dates. */
const keptHeaders = ['content-type', ignoredHeader];

export class KeptCalls {
  readonly #relay: Pick<ModelRelay, 'isClean'>;
  readonly #kept: BoundedCache<Kept>;
  /** Answers that are being looked through, by key: whoever asks meanwhile waits for them. */
  readonly #looking = new Map<string, Promise<void>>();

  constructor(relay: Pick<ModelRelay, 'isClean'>, clock: Clock) {
    this.#relay = relay;
    this.#kept = new BoundedCache(maxBytes, () => clock.monotonic());
  }

  /** All that can change the answer: who asks, where, for which version and betas, and every byte of the request. */
  keyOf(
    request: Pick<BridgeRequest, 'headers'>,
    { use, wire, baseUrl, path, body, headers, transforms, asked }: CachedCall,
  ): string {
    const named = [...request.headers].filter(([name]) => name.startsWith('anthropic-')).sort();
    const about = [use.scope, wire, baseUrl, path, named, headers, transforms, asked.length];
    return createHash('sha256').update(JSON.stringify(about)).update(asked).update(body).digest('base64url');
  }

  async find(key: string, use: CacheUse): Promise<BridgeResponse | undefined> {
    await this.#looking.get(key);
    const found = this.#kept.get(key, use.lifeMs);
    if (!found) return undefined;
    const { bytes, headers } = found.value;
    const told = { ...headers, age: String(Math.floor(found.ageMs / 1000)), ...cacheHeaders(use, true) };
    return { status: 200, headers: { ...safeHeaders, ...told }, body: bytes };
  }

  /** The answer as it goes to the client, kept on the way where it may be. */
  keeping(key: string, call: CachedCall, response: BridgeResponse): BridgeResponse {
    const { status, headers, body } = response;
    const told = { ...response, headers: { ...headers, ...cacheHeaders(call.use, false) } };
    if (status !== 200) return told;
    const kept = Object.fromEntries(
      keptHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
    );
    const keep = (bytes: Uint8Array, streams: boolean) =>
      this.#keep(key, call, { bytes, headers: kept }, streams);
    if (body instanceof Uint8Array) keep(body, false);
    else if (typeof body === 'object' && 'flow' in body)
      return { ...told, body: copied(body, (bytes) => keep(bytes, true)) };
    return told;
  }

  #keep(key: string, { use, wire, body }: CachedCall, kept: Kept, streams: boolean): void {
    const said = kept.bytes.length > maxCallBytes ? undefined : plainAnswer(wire, kept.bytes, streams);
    if (said === undefined) return;
    const answered = streams ? [said] : textsIn(jsonOf(said));
    const texts = [...textsIn(jsonOf(body.toString('utf8'))), ...answered];
    const looking = this.#relay.isClean(texts).then((isClean) => {
      if (isClean) this.#kept.set(key, kept, kept.bytes.length, use.lifeMs);
      this.#looking.delete(key);
    });
    this.#looking.set(key, looking);
  }
}

/** The body as it is, of which all that went to the client is told once it is over. */
function copied(body: PushedBody, onEnd: (bytes: Uint8Array) => void): PushedBody {
  let chunks: Uint8Array[] = [];
  let length = 0;
  const copy = (chunk: Uint8Array) => {
    length += chunk.length;
    if (length <= maxCallBytes) chunks.push(chunk);
    else chunks = [];
  };
  return {
    flow(sink) {
      body.flow({
        write(chunk) {
          copy(chunk);
          return sink.write(chunk);
        },
        end(last) {
          copy(last);
          if (length <= maxCallBytes) onEnd(Buffer.concat(chunks));
          sink.end(last);
        },
      });
    },
    resume: () => body.resume(),
  };
}
