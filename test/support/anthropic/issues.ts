/** Says in the API's words what is wrong with the shape of a request. */
import type { z } from 'zod';
import { refuse } from './errors.ts';

type Issue = z.core.$ZodIssue;

/** Refuses with the first issue. Throws `ApiFailure`. */
export function refuseShape(error: z.ZodError, value: unknown): never {
  const first = error.issues[0];
  return refuse(first ? wordsFor(first, [], value) : 'Invalid request');
}

function wordsFor(issue: Issue, above: PropertyKey[], value: unknown): string {
  const path = [...above, ...issue.path];
  const at = path.length === 0 ? '' : `${path.join('.')}: `;
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${[...path, issue.keys[0]].join('.')}: Extra inputs are not permitted`;
    case 'invalid_value':
      return `${at}Input should be ${issue.values.map((one) => `'${String(one)}'`).join(' or ')}`;
    case 'too_small':
      return `${at}Input should be greater than or equal to ${issue.minimum}`;
    case 'too_big':
      return `${at}Input should be less than or equal to ${issue.maximum}`;
    case 'invalid_type':
      return present(value, path) ? `${at}Input should be a valid ${issue.expected}` : `${at}Field required`;
    case 'invalid_union': {
      const found = issue.errors.map((errors) => errors[0]).filter((inner) => inner !== undefined);
      const deepest = found.sort((a, b) => b.path.length - a.path.length)[0];
      return deepest ? wordsFor(deepest, path, value) : `${at}Input does not match any of the expected tags`;
    }
    default:
      return `${at}${issue.message}`;
  }
}

function present(value: unknown, path: readonly PropertyKey[]): boolean {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return false;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return true;
}
