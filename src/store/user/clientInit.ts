/** What a new client may be; checked where it enters the database, whichever door asked. */
import { z } from 'zod';
import { invalidInput } from '../../core/errors.ts';
import { type ClientScope, clientScopes } from '../../core/register.ts';

const maxNameLength = 100;

export interface ClientInit {
  name: string;
  scopes: ClientScope[];
  workspaceId?: string;
}

const name = z.string().trim().min(1).max(maxNameLength);
const scopes = z.array(z.enum(clientScopes)).min(1);
const workspaceId = z.uuid().optional();

/** Throws `invalid_input`, naming the field. */
export function checkClientInit(raw: { name: unknown; scopes: unknown; workspaceId?: unknown }): ClientInit {
  const given = {
    name: parse('name', name, raw.name, `1 to ${maxNameLength} characters`),
    scopes: [...new Set(parse('scopes', scopes, raw.scopes, `one or more of ${clientScopes.join(', ')}`))],
  };
  const id = parse('workspaceId', workspaceId, raw.workspaceId, 'the id of a workspace');
  return id === undefined ? given : { ...given, workspaceId: id };
}

function parse<T>(field: string, schema: z.ZodType<T>, value: unknown, expected: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(field, JSON.stringify(value)?.slice(0, 200) ?? 'nothing', expected);
  return parsed.data;
}
