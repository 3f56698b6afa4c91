/**
 * Reads single fields of a JSON object from its bytes, without building the rest: a relay needs two or three fields
 * of a body of which nothing else is its business, and a body may have 32 MB. What stands between is looked at for its
 * nesting alone; whether it is JSON is for whoever reads it.
 */
import { bodyNotJson, bodyTooDeep } from '../../core/errors.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;

/** Deeper than tool inputs and JSON schemas get; parsers of other languages end at a hundred and more. */
const maxDepth = 100;

/** From where to where a value stands in the bytes. */
export interface Place {
  from: number;
  to: number;
}

/** Where the value of a field stands, and from where its name does. */
export interface FieldPlace extends Place {
  nameFrom: number;
}

/**
 * The wanted top-level fields that are there, parsed. Throws `body_not_json` for what is no object, has one of the
 * fields twice (readers differ in which one counts), or has something else than JSON there; `body_too_deep`. `places`
 * is told where they stand.
 */
export function readTopLevel<Name extends string>(
  bytes: Buffer,
  wanted: readonly Name[],
  places?: Map<Name, FieldPlace>,
): Partial<Record<Name, unknown>> {
  const found: Partial<Record<Name, unknown>> = {};
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 0x7b) throw bodyNotJson('it is no object');
  at = skipSpace(bytes, at + 1);
  if (bytes[at] !== 0x7d) {
    for (;;) {
      if (bytes[at] !== quote) throw broken(at);
      const key = { from: at, to: endOfString(bytes, at) };
      const mark = skipSpace(bytes, key.to);
      if (bytes[mark] !== colon) throw broken(mark);
      const value = valueAt(bytes, skipSpace(bytes, mark + 1));
      const name = nameOf(bytes, key, wanted);
      if (name !== undefined) {
        if (Object.hasOwn(found, name)) throw bodyNotJson(`it has the field ${name} twice`);
        found[name] = parse(bytes, value);
        places?.set(name, { ...value, nameFrom: key.from });
      }
      at = skipSpace(bytes, value.to);
      if (bytes[at] === 0x7d) break;
      if (bytes[at] !== comma) throw broken(at);
      at = skipSpace(bytes, at + 1);
    }
  }
  const end = skipSpace(bytes, at + 1);
  if (end !== bytes.length) throw broken(end);
  return found;
}

/** The same object with another value of a field that it has; not a byte beside it changes. Throws as `readTopLevel`. */
export function withTopLevel(bytes: Buffer, name: string, value: unknown): Buffer {
  const places = new Map<string, FieldPlace>();
  readTopLevel(bytes, [name], places);
  const place = places.get(name);
  if (!place) return bytes;
  const text = Buffer.from(JSON.stringify(value));
  return Buffer.concat([bytes.subarray(0, place.from), text, bytes.subarray(place.to)]);
}

/** The same object without a field, and without one of the commas around it. Throws as `readTopLevel`. */
export function withoutTopLevel(bytes: Buffer, name: string): Buffer {
  const places = new Map<string, FieldPlace>();
  readTopLevel(bytes, [name], places);
  const place = places.get(name);
  if (!place) return bytes;
  let { nameFrom: from } = place;
  let to = skipSpace(bytes, place.to);
  if (bytes[to] === comma) to = skipSpace(bytes, to + 1);
  else {
    // The last field goes with the comma before it; between the two there is nothing but space.
    const before = bytes.lastIndexOf(comma, from - 1);
    if (before >= 0 && skipSpace(bytes, before + 1) === from) from = before;
  }
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

const broken = (at: number) => bodyNotJson(`the fault is at byte ${at}`);

/** A key may be written with escapes, and then has to be read to know what it is. */
function nameOf<Name extends string>(bytes: Buffer, { from, to }: Place, wanted: readonly Name[]) {
  for (let at = from + 1; at < to - 1; at++) {
    if (bytes[at] === backslash) {
      const name = parse(bytes, { from, to });
      return wanted.find((one) => one === name);
    }
  }
  return wanted.find((one) => one.length === to - from - 2 && isAt(bytes, from + 1, one));
}

function isAt(bytes: Buffer, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
}

function parse(bytes: Buffer, { from, to }: Place): unknown {
  try {
    return JSON.parse(bytes.toString('utf8', from, to));
  } catch {
    // The engine's own words quote the text around the fault.
    throw broken(from);
  }
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** Strings up to here are looked at byte by byte, which is faster than to call the platform's search. */
const shortString = 32;

/** The place after the closing quote. Long strings are left to the platform's own search: most bytes are text. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = from + 1; at <= from + shortString; at++) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash || byte === undefined) break;
  }
  let at = from;
  for (;;) {
    at = bytes.indexOf(quote, at + 1);
    if (at < 0) throw bodyNotJson('it ends too early');
    let escapes = 0;
    while (bytes[at - 1 - escapes] === backslash) escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
}

function valueAt(bytes: Buffer, from: number): Place {
  const first = bytes[from];
  if (first === quote) return { from, to: endOfString(bytes, from) };
  if (first === 0x7b || first === 0x5b) return { from, to: endOfNest(bytes, from) };
  let to = from;
  // A number or a word ends where the next mark or space begins.
  for (let byte = bytes[to]; byte !== undefined; byte = bytes[++to]) {
    if (byte === comma || byte === 0x7d || byte <= 0x20) break;
  }
  if (to === from) throw broken(from);
  return { from, to };
}

function endOfNest(bytes: Buffer, from: number): number {
  // The object itself is the first level.
  let depth = 1;
  for (let at = from; at < bytes.length; ) {
    const byte = bytes[at];
    if (byte === quote) {
      at = endOfString(bytes, at);
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxDepth) throw bodyTooDeep(maxDepth);
    } else if ((byte === 0x7d || byte === 0x5d) && --depth === 1) return at + 1;
    at++;
  }
  throw bodyNotJson('it ends too early');
}
