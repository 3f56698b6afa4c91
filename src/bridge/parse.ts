/** From text of outside to values of the wire, or to an error that names the field. */
import { z } from 'zod';
import { bodyNotJson, bodyTooDeep, CausewayError, invalidInput } from '../core/errors.ts';
import { nestsDeeperThan } from './jsonDepth.ts';

/** Deeper than any input of ours; the parser's own stack ends far later. */
const maxDepth = 64;

/** Of a field's name as an error tells it, in UTF-16 code units; names of ours are far shorter. */
const longestField = 100;

/** An error about one field of what came, which it names apart from its words. */
export class FieldError extends CausewayError {
  readonly field: string;

  constructor(field: string, got: string, expected: string) {
    const { code, message, audience, status } = invalidInput(field, got, expected);
    super(code, message, { audience, status });
    this.field = field;
  }
}

export function parseJson<T>(text: string, schema: z.ZodType<T>): T {
  return parseValue(boundedJson(text), schema, 'body');
}

/** For whoever has a schema of its own. */
export function boundedJson(text: string): unknown {
  if (nestsDeeperThan(text, maxDepth)) throw bodyTooDeep(maxDepth);
  return readJson(text);
}

export function parseQuery<T>(query: URLSearchParams, schema: z.ZodType<T>): T {
  const values: Record<string, string> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(values, name)) throw new FieldError(name, 'more than one value', 'one value');
    values[name] = value;
  }
  return parseValue(values, schema, 'query');
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own words quote the text around the fault; of them only the place is kept.
    const place = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw bodyNotJson(place === undefined ? 'it ends too early' : `the fault is at character ${place}`);
  }
}

export function parseValue<T>(value: unknown, schema: z.ZodType<T>, whole: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])].map(String);
  const field = path.join('.').slice(0, longestField) || whole;
  // The schema's own words about unknown fields list all of them, be they thousands.
  if (unknownKey !== undefined) throw new FieldError(field, 'a field that is not known', 'only known fields');
  throw new FieldError(field, kindOf(at(value, issue?.path ?? [])), issue?.message ?? 'another value');
}

/** What a translation cannot say in another wire is told by its field. */
export function withFields<T>(translate: () => T): T {
  try {
    return translate();
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    if (!issue) throw error;
    throw new FieldError(issue.path.join('.'), 'something else', issue.message);
  }
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** What a value is, never the value itself: it may be a secret that was sent in the wrong place. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
