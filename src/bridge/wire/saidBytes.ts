import { longestSaid, type Said } from '../../core/relay.ts';
import { SaidInStream } from './saidInStream.ts';
import { saidInWhole } from './saidInWhole.ts';

/**
 * The beginning of what was said, as far as it is collected. Of a stream, what its events say together; of a whole
 * answer, its JSON with neighbouring texts as one.
 */
export class SaidBytes {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #more = false;
  #stream: SaidInStream | undefined;

  add(chunk: Buffer, streams = false): void {
    if (streams) {
      this.#stream ??= new SaidInStream();
      this.#stream.add(chunk);
      return;
    }
    const room = longestSaid - this.#bytes;
    if (chunk.length > room) this.#more = true;
    if (room <= 0) return;
    // A copy: the chunk is part of a buffer that is far larger.
    const part = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(part);
    this.#bytes += part.length;
  }

  /** What came was of an attempt that counts for nothing. */
  clear(): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.#more = false;
    this.#stream = undefined;
  }

  get said(): Said {
    if (this.#stream) return this.#stream.said;
    return saidInWhole({ text: Buffer.concat(this.#chunks).toString('utf8'), more: this.#more });
  }
}
