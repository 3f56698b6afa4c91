/** What of a value does not fit its schema, in words that name the field, the value, and what would be right. */
import type { z } from 'zod';

export interface IssueWords {
  /** Names joined by dots; `whole` for the value itself. */
  field: string;
  got: string;
  expected: string;
}

export function issueWords(error: z.ZodError, value: unknown, whole: string): IssueWords {
  const [issue] = error.issues;
  if (issue === undefined) return { field: whole, got: shownValue(value), expected: 'something else' };
  if (issue.code === 'unrecognized_keys') {
    const field = [...issue.path, issue.keys[0] ?? ''].map(String).join('.');
    return { field, got: 'a field that is not known', expected: 'only known fields' };
  }
  const got = issue.path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
  return {
    field: issue.path.map(String).join('.') || whole,
    got: shownValue(got),
    // Zod's words begin with their own name of the issue.
    expected: issue.message.replace(/^.*?expected /i, ''),
  };
}

/** Characters of a value that are shown; a message is read at a glance. */
const shownLength = 60;

export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
