/** What a stream of Claude's API says, event by event joined, since a secret may lie across two of them. */
import { z } from 'zod';
import { longestSaid, type Said } from '../../core/relay.ts';
import { jsonOf } from '../cache/plainAnswer.ts';

/** As long as an event may be that is passed on at all, in characters; of what is longer nothing is collected. */
const longestLine = 1024 * 1024;

const event = z.looseObject({
  content_block: z.looseObject({ type: z.string(), name: z.string().optional() }).optional(),
  delta: z
    .looseObject({
      text: z.string().optional(),
      thinking: z.string().optional(),
      partial_json: z.string().optional(),
    })
    .optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});

export class SaidInStream {
  readonly #decoder = new TextDecoder();
  #line = '';
  #text = '';
  #more = false;
  /** Kind of the block that is being said. */
  #block = '';

  add(chunk: Buffer): void {
    if (this.#more) return;
    const lines = (this.#line + this.#decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/);
    this.#line = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('data:')) this.#hear(line.slice(5));
    if (this.#line.length > longestLine) this.#more = true;
  }

  get said(): Said {
    return { text: this.#text, more: this.#more };
  }

  #hear(data: string): void {
    const { content_block: block, delta, error } = event.safeParse(jsonOf(data)).data ?? {};
    if (block) {
      // Words of another kind begin anew; text goes on from block to block where sources are cited in it.
      if (this.#text !== '' && (block.type !== this.#block || block.name !== undefined)) this.#text += '\n';
      this.#block = block.type;
      if (block.name !== undefined) this.#text += `${block.name} `;
    }
    this.#text += delta?.text ?? delta?.thinking ?? delta?.partial_json ?? error?.message ?? '';
    if (this.#text.length <= longestSaid) return;
    this.#text = this.#text.slice(0, longestSaid);
    this.#more = true;
  }
}
