/** What a new client may be; checked where it enters the database, whichever door asked. */
import { z } from 'zod';
import { invalidInput } from '../../core/errors.ts';
import { type ClientLimits, clientLimits } from '../../core/limits/limits.ts';
import { type ClientInit, clientScopes } from '../../core/register.ts';

const maxNameLength = 100;

const name = z.string().trim().min(1).max(maxNameLength);
const scopes = z.array(z.enum(clientScopes)).min(1);
const workspaceId = z.uuid().optional();
const expiresAt = z.number().int().positive().optional();
const limits = z.strictObject(clientLimits.shape);

/** Throws `invalid_input`, naming the field. */
export function checkClientInit(raw: {
  name: unknown;
  scopes: unknown;
  workspaceId?: unknown;
  expiresAt?: unknown;
  limits?: unknown;
}): ClientInit {
  const given = {
    name: parse('name', name, raw.name, `1 to ${maxNameLength} characters`),
    scopes: [...new Set(parse('scopes', scopes, raw.scopes, `one or more of ${clientScopes.join(', ')}`))],
  };
  const id = parse('workspaceId', workspaceId, raw.workspaceId, 'the id of a workspace');
  const until = parse('expiresAt', expiresAt, raw.expiresAt, 'a time in ms since the epoch');
  const bounds = checkLimits(raw.limits ?? {});
  return {
    ...given,
    ...(id === undefined ? {} : { workspaceId: id }),
    ...(until === undefined ? {} : { expiresAt: until }),
    ...(Object.keys(bounds).length === 0 ? {} : { limits: bounds }),
  };
}

/** Throws `invalid_input`. */
export const checkLimits = (raw: unknown): ClientLimits =>
  parse('limits', limits, raw, 'whole numbers of at least 1, and dollars above 0');

function parse<T>(field: string, schema: z.ZodType<T>, value: unknown, expected: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(field, JSON.stringify(value)?.slice(0, 200) ?? 'nothing', expected);
  return parsed.data;
}
