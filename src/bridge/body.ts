import { bodyNotJson, bodyTooLarge, bridgeBusy } from '../core/errors.ts';
import type { BridgeRequest } from './http.ts';

export interface BodyLimits {
  /** Largest body in bytes. */
  maxBytes: number;
  /** Most bytes of bodies that are being read at the same time, over all requests. */
  maxBytesAtOnce: number;
}

/** The Messages API takes 32 MB; four such bodies at once are more than one user's scripts send. */
export const defaultBodyLimits: BodyLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxBytesAtOnce: 128 * 1024 * 1024,
};

export interface HeldBody {
  /** Made anew each time it is asked for. */
  readonly bytes: Buffer;
  /** Bytes that count as held. */
  length: number;
}

/** Reads bodies, counting while it reads, so that no more than the limit is ever held. */
export class BodyReader {
  readonly #limits: BodyLimits;
  #held = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  get maxBytes(): number {
    return this.#limits.maxBytes;
  }

  async text(request: BridgeRequest): Promise<string> {
    const held = new Held();
    try {
      await this.#read(request, held);
      return decode(held.chunks);
    } finally {
      this.release(held);
    }
  }

  /** The body as it came. It counts as held until it is released. */
  async bytes(request: BridgeRequest): Promise<HeldBody> {
    const held = new Held();
    try {
      await this.#read(request, held);
    } catch (error) {
      this.release(held);
      throw error;
    }
    return held;
  }

  release(held: HeldBody): void {
    this.#held -= held.length;
    held.length = 0;
  }

  #read({ body }: BridgeRequest, held: Held): Promise<void> {
    return body.each((chunk) => {
      held.length += chunk.byteLength;
      this.#held += chunk.byteLength;
      if (held.length > this.#limits.maxBytes) throw bodyTooLarge(this.#limits.maxBytes);
      if (this.#held > this.#limits.maxBytesAtOnce) throw bridgeBusy();
      held.chunks.push(chunk);
    });
  }
}

class Held implements HeldBody {
  readonly chunks: Uint8Array[] = [];
  length = 0;

  get bytes(): Buffer {
    const [only] = this.chunks;
    return this.chunks.length === 1 && only
      ? Buffer.from(only.buffer, only.byteOffset, only.byteLength)
      : Buffer.concat(this.chunks);
  }
}

/** Throws `body_not_json` for what is no UTF-8. */
export const utf8 = (bytes: Uint8Array): string => decode([bytes]);

/** Takes the chunks out one by one, so that a large body is not held twice. */
function decode(chunks: Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    let text = '';
    for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw bodyNotJson('it is not UTF-8');
    throw error;
  }
}
