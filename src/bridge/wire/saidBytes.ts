import { longestBody } from '../../core/relay.ts';

/** The beginning of what was said, as far as it is kept. */
export class SaidBytes {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isCut = false;

  add(chunk: Buffer): void {
    const room = longestBody - this.#bytes;
    if (chunk.length > room) this.#isCut = true;
    if (room <= 0) return;
    // A copy: the chunk is part of a buffer that is far larger.
    const part = Buffer.from(chunk.subarray(0, room));
    this.#chunks.push(part);
    this.#bytes += part.length;
  }

  get text(): string {
    const text = Buffer.concat(this.#chunks).toString('utf8');
    return this.#isCut ? `${text}…` : text;
  }
}
