/** Shows the events of a turn as they come. */
import { plainText } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import type { Terminal } from '../terminal.ts';

export interface Printer {
  print(event: TurnEvent): Promise<void>;
  /** Called once after the last event, also when the turn's end was never told. */
  finish(): Promise<void>;
}

/** One line of JSON for each event, as the bridge streams them. */
export const jsonPrinter = (terminal: Terminal): Printer => ({
  print: (event) => terminal.writeJson(event),
  finish: async () => undefined,
});

/** No block of an answer has this number. */
const beforeCall = -1;

/** The text of the answer, streamed or as a whole, then where it is from. */
export class TextPrinter implements Printer {
  readonly #terminal: Terminal;
  readonly #streams: boolean;
  /** Of the text block written last; undefined while nothing of the answer was written. */
  #block: number | undefined;
  #ended = false;

  constructor(terminal: Terminal, streams: boolean) {
    this.#terminal = terminal;
    this.#streams = streams;
  }

  async print(event: TurnEvent): Promise<void> {
    switch (event.type) {
      case 'turn.text':
        if (this.#streams) await this.#text(event.block, event.text);
        return;
      case 'turn.queued':
        return this.#terminal.note('Another turn of this session runs; this one begins when it has ended.');
      case 'turn.retrying':
        return this.#terminal.note(
          `The request failed (${event.reason}); asking again in ${Math.ceil(event.delayMs / 1000)} s.`,
        );
      case 'turn.ended':
        if (event.entry.kind === 'assistant') await this.#end(event.entry);
        return;
      case 'turn.tool_call':
        // What is said after the results counts its blocks from 0 again.
        if (this.#block !== undefined) this.#block = beforeCall;
        return;
      case 'turn.started':
      case 'turn.thinking':
      case 'turn.citation':
      case 'turn.tool_result':
      case 'turn.usage':
      case 'turn.withdrawn':
        return;
      default:
        return event satisfies never;
    }
  }

  /** What is told after a broken answer begins on a line of its own. */
  async finish(): Promise<void> {
    if (this.#block !== undefined && !this.#ended) await this.#terminal.write('\n');
  }

  /** Blocks are parted as `plainText` parts them, so that both ways of printing give the same bytes. */
  async #text(block: number, text: string): Promise<void> {
    const before = this.#block === undefined || this.#block === block ? '' : '\n\n';
    this.#block = block;
    await this.#terminal.write(`${before}${text}`);
  }

  async #end({ content }: AssistantEntry): Promise<void> {
    this.#ended = true;
    const whole = plainText(content);
    if (this.#block === undefined) await this.#terminal.write(whole);
    if (whole !== '') await this.#terminal.write('\n');
    const places = content.flatMap((block) => (block.type === 'text' ? (block.citations ?? []) : []));
    if (places.length === 0) return;
    const lines = places.map(({ path, startLine, endLine }) => `${path}:${startLine}-${endLine}\n`);
    await this.#terminal.write(`\n${lines.join('')}`);
  }
}
