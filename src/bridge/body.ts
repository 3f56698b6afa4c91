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
  bytes: Buffer;
  release(): void;
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
    const { chunks, release } = await this.#read(request);
    try {
      return decode(chunks);
    } finally {
      release();
    }
  }

  /** The body as it came. It counts as held until `release` is called. */
  async bytes(request: BridgeRequest): Promise<HeldBody> {
    const { chunks, release } = await this.#read(request);
    const [only] = chunks;
    return { bytes: chunks.length === 1 && only ? bufferOf(only) : Buffer.concat(chunks), release };
  }

  async #read({ body }: BridgeRequest): Promise<{ chunks: Uint8Array[]; release(): void }> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const release = () => {
      this.#held -= bytes;
      bytes = 0;
    };
    try {
      await body.each((chunk) => {
        bytes += chunk.byteLength;
        this.#held += chunk.byteLength;
        if (bytes > this.#limits.maxBytes) throw bodyTooLarge(this.#limits.maxBytes);
        if (this.#held > this.#limits.maxBytesAtOnce) throw bridgeBusy();
        chunks.push(chunk);
      });
      return { chunks, release };
    } catch (error) {
      release();
      throw error;
    }
  }
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

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
