/**
 * Follows server-sent events in the bytes of a stream that is passed on as it is, and holds back what is not yet a
 * whole event, so that a stream that breaks off can be ended with an event of our own.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

const lf = 0x0a;
const cr = 0x0d;

export interface WireEvent {
  name: string;
  data: string;
}

export interface Passage {
  /** Whole events, to be passed on; empty when there are none. */
  bytes: Uint8Array;
  /** Events among them that were wanted, in order. */
  events: WireEvent[];
}

const none: readonly Buffer[] = [];
const nothing: Passage = { bytes: Buffer.alloc(0), events: [] };

export class EventBytes {
  readonly #wanted: ReadonlySet<string>;
  readonly #maxBytes: number;
  #held: readonly Buffer[] = none;
  #heldBytes = 0;

  /** `wanted` are names of events whose data is read; an event may have `maxBytes`. */
  constructor(wanted: ReadonlySet<string>, maxBytes: number) {
    this.#wanted = wanted;
    this.#maxBytes = maxBytes;
  }

  /** What is whole after this chunk; undefined when an event is larger than it may be. */
  take(chunk: Buffer): Passage | undefined {
    if (this.#heldBytes + chunk.length > this.#maxBytes && !chunk.includes(lf)) return undefined;
    if (this.#heldBytes > 0 && !chunk.includes(lf)) {
      this.#hold([...this.#held, chunk], this.#heldBytes + chunk.length);
      return nothing;
    }
    return this.#read(this.#heldBytes === 0 ? chunk : Buffer.concat([...this.#held, chunk]));
  }

  #read(bytes: Buffer): Passage | undefined {
    const events: WireEvent[] = [];
    let eventAt = 0;
    let lineAt = 0;
    let name = '';
    let data: string | undefined;
    for (let end = bytes.indexOf(lf); end >= 0; end = bytes.indexOf(lf, lineAt)) {
      const lineEnd = end > lineAt && bytes[end - 1] === cr ? end - 1 : end;
      if (lineEnd === lineAt) {
        if (data !== undefined) events.push({ name, data });
        if (end + 1 - eventAt > this.#maxBytes) return undefined;
        eventAt = end + 1;
        name = '';
        data = undefined;
      } else if (isField(bytes, lineAt, 'event:')) {
        name = fieldValue(bytes, lineAt + 6, lineEnd);
      } else if (this.#wanted.has(name) && isField(bytes, lineAt, 'data:')) {
        const line = fieldValue(bytes, lineAt + 5, lineEnd);
        data = data === undefined ? line : `${data}\n${line}`;
      }
      lineAt = end + 1;
    }
    if (bytes.length - eventAt > this.#maxBytes) return undefined;
    if (eventAt === bytes.length) this.#hold(none, 0);
    else this.#hold([bytes.subarray(eventAt)], bytes.length - eventAt);
    return { bytes: eventAt === bytes.length ? bytes : bytes.subarray(0, eventAt), events };
  }

  #hold(held: readonly Buffer[], bytes: number): void {
    this.#held = held;
    this.#heldBytes = bytes;
  }
}

/** The first letter tells most lines apart without making a text of them. */
const isField = (bytes: Buffer, from: number, field: string): boolean =>
  bytes[from] === field.charCodeAt(0) && bytes.toString('latin1', from, from + field.length) === field;

/** One space after the colon belongs to the format. */
const fieldValue = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('utf8', bytes[from] === 0x20 ? from + 1 : from, to);
