import { invalidInput, notFound } from '../core/errors.ts';

/** What an id, or the beginning of one, names. Throws `not_found`, and `invalid_input` when it names several. */
export function theOne<T extends { id: string }>(what: string, wanted: string, all: readonly T[]): T {
  const start = wanted.toLowerCase();
  const found = start === '' ? [] : all.filter(({ id }) => id.startsWith(start));
  const [first, second] = found;
  if (!first) throw notFound(what, wanted);
  if (second) throw invalidInput('id', wanted, `more of it, since ${found.length} ${what}s begin with that`);
  return first;
}

/** Whether it is a whole id, which needs no looking around. */
export const isWholeId = (text: string): boolean =>
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
