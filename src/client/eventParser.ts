/**
 * Server-sent events from text in any pieces.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
import { maxEventBytes } from '../protocol/bridge.ts';
import { eventTooLarge } from './errors.ts';

export interface ServerEvent {
  /** `message` when the sender named none. */
  type: string;
  data: string;
  /** Of the last event that had one. */
  id: string;
}

/** Names and line ends that come on top of the data of one event. */
const slack = 4096;

export class EventParser {
  readonly #limit: number;
  #line = '';
  #afterReturn = false;
  #atStart = true;
  #type = '';
  #data: string[] = [];
  #size = 0;
  #id = '';

  /** One event may have this many UTF-16 code units before its blank line. */
  constructor(limit: number = maxEventBytes + slack) {
    this.#limit = limit;
  }

  /** The events that this piece completed. Throws `event_too_large`, after which the parser is not to be used. */
  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    let from = 0;
    if (this.#atStart && text !== '') {
      this.#atStart = false;
      if (text.charCodeAt(0) === 0xfeff) from = 1;
    }
    if (this.#afterReturn && text.charCodeAt(from) === 0x0a) from++;
    if (text !== '') this.#afterReturn = false;
    const lineEnd = /\r\n|\r|\n/g;
    lineEnd.lastIndex = from;
    for (let match = lineEnd.exec(text); match; match = lineEnd.exec(text)) {
      const event = this.#endLine(text.slice(from, match.index));
      if (event) events.push(event);
      from = lineEnd.lastIndex;
      // The other half of a line end may come with the next piece.
      this.#afterReturn = match[0] === '\r' && from === text.length;
    }
    this.#line += text.slice(from);
    this.#check(this.#size + this.#line.length);
    return events;
  }

  #endLine(rest: string): ServerEvent | undefined {
    const line = this.#line + rest;
    this.#line = '';
    if (line === '') return this.#dispatch();
    this.#size += line.length;
    this.#check(this.#size);
    const colon = line.indexOf(':');
    // A comment, such as a ping, belongs to no event and must not fill one up.
    if (colon === 0) this.#size -= line.length;
    else this.#field(colon < 0 ? line : line.slice(0, colon), colon < 0 ? '' : valueAfter(line, colon));
    return undefined;
  }

  #field(name: string, value: string): void {
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
  }

  #dispatch(): ServerEvent | undefined {
    const event = { type: this.#type || 'message', data: this.#data.join('\n'), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    this.#size = 0;
    return isEmpty ? undefined : event;
  }

  #check(size: number): void {
    if (size > this.#limit) throw eventTooLarge(this.#limit);
  }
}

const valueAfter = (line: string, colon: number): string =>
  line.slice(line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1);

/** Reads a response body to its end; leaving the loop closes it. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  for await (const chunk of body) yield* parser.push(decoder.decode(chunk, { stream: true }));
}
