/**
 * Follows server-sent events in the bytes of a stream that is passed on as it is, and holds back what is not yet a
 * whole event, so that a stream that breaks off can be ended with an event of our own.
 * Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
/** First letters of the two fields that are read. */
const letterE = 0x65;
const letterD = 0x64;

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

/** Events whose data is read. */
export interface WantedEvents {
  readonly names: ReadonlySet<string>;
  readonly firstLetters: ReadonlySet<number>;
  /** Events without a name are wanted too; theirs is empty. */
  readonly nameless?: true;
}

export const wantedEvents = (...names: string[]): WantedEvents => ({
  names: new Set(names),
  firstLetters: new Set(names.map((name) => name.charCodeAt(0))),
});

/** Of a wire whose events have no names. */
export const everyEvent: WantedEvents = { names: new Set(), firstLetters: new Set(), nameless: true };

const none: readonly Buffer[] = [];
const nothing: Passage = { bytes: Buffer.alloc(0), events: [] };

export class EventBytes {
  readonly #wanted: WantedEvents;
  readonly #maxBytes: number;
  #held: readonly Buffer[] = none;
  #heldBytes = 0;

  /** An event may have `maxBytes`. */
  constructor(wanted: WantedEvents, maxBytes: number) {
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
    const { nameless = false } = this.#wanted;
    for (let end = endOfLine(bytes, 0); end >= 0; end = endOfLine(bytes, lineAt)) {
      const lineEnd = end > lineAt && bytes[end - 1] === cr ? end - 1 : end;
      if (lineEnd === lineAt) {
        if (data !== undefined) events.push({ name, data });
        if (end + 1 - eventAt > this.#maxBytes) return undefined;
        eventAt = end + 1;
        name = '';
        data = undefined;
      } else if (bytes[lineAt] === letterE && isField(bytes, lineAt, 'event:')) {
        name = this.#nameAt(bytes, lineAt + 6, lineEnd);
      } else if ((name !== '' || nameless) && bytes[lineAt] === letterD && isField(bytes, lineAt, 'data:')) {
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

  /** The name of an event that is wanted, else an empty one; most are told by their first letter. */
  #nameAt(bytes: Buffer, from: number, to: number): string {
    const start = bytes[from] === space ? from + 1 : from;
    if (!this.#wanted.firstLetters.has(bytes[start] ?? 0)) return '';
    const name = bytes.toString('utf8', start, to);
    return this.#wanted.names.has(name) ? name : '';
  }

  #hold(held: readonly Buffer[], bytes: number): void {
    this.#held = held;
    this.#heldBytes = bytes;
  }
}

/** Most lines are empty, and their end need not be looked for. */
const endOfLine = (bytes: Buffer, from: number): number =>
  bytes[from] === lf ? from : bytes.indexOf(lf, from);

function isField(bytes: Buffer, from: number, field: string): boolean {
  for (let at = 1; at < field.length; at++) if (bytes[from + at] !== field.charCodeAt(at)) return false;
  return true;
}

/** One space after the colon belongs to the format. */
const fieldValue = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('utf8', bytes[from] === space ? from + 1 : from, to);
