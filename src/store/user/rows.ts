/** Rows of the user's database to records and back. Reading throws for a row that is not what was written. */
import { z } from 'zod';
import { clientLimits } from '../../core/limits/limits.ts';
import {
  type Client,
  clientScopes,
  type FolderFingerprint,
  type WorkspaceRecord,
} from '../../core/register.ts';

const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});

export const workspaceColumns =
  'id, uri, name, folders, folder_set, inode, birth_time_ms, git_root, folder_name, created_at, last_opened_at';

const workspaceRow = z.object({
  id: z.uuid(),
  uri: z.string().min(1),
  name: z.string(),
  folders: jsonText.pipe(z.array(z.string())),
  inode: z.string().nullable(),
  birth_time_ms: z.number().nullable(),
  git_root: z.string().nullable(),
  folder_name: z.string().nullable(),
  created_at: z.number(),
  last_opened_at: z.number(),
});

export function workspaceOfRow(raw: unknown): WorkspaceRecord {
  const row = workspaceRow.parse(raw);
  const fingerprint: FolderFingerprint | undefined =
    row.folder_name === null
      ? undefined
      : {
          folderName: row.folder_name,
          ...(row.inode === null ? {} : { inode: row.inode }),
          ...(row.birth_time_ms === null ? {} : { birthTimeMs: row.birth_time_ms }),
          ...(row.git_root === null ? {} : { gitRoot: row.git_root }),
        };
  return {
    id: row.id,
    uri: row.uri,
    name: row.name,
    folders: row.folders,
    fingerprint,
    createdAt: row.created_at,
    lastOpenedAt: row.last_opened_at,
  };
}

export const limitsText = jsonText.pipe(clientLimits);

const clientRow = z.object({
  id: z.uuid(),
  name: z.string(),
  // A scope that a later version gave is no damage; it means nothing here.
  scopes: jsonText
    .pipe(z.array(z.string()))
    .transform((given) => given.flatMap((scope) => clientScopes.find((known) => known === scope) ?? [])),
  workspace_id: z.string().nullable(),
  token_hash: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: z.number(),
  last_used_at: z.number().nullable(),
  revoked_at: z.number().nullable(),
  // Absent in what is salvaged of a file that an earlier version wrote.
  expires_at: z.number().nullish(),
  rotated_at: z.number().nullish(),
  limits: limitsText.default({}),
});

export function clientOfRow(raw: unknown): { client: Client; tokenHash: string } {
  const row = clientRow.parse(raw);
  const client: Client = {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at,
    ...(row.workspace_id === null ? {} : { workspaceId: row.workspace_id }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.expires_at == null ? {} : { expiresAt: row.expires_at }),
    ...(row.rotated_at == null ? {} : { rotatedAt: row.rotated_at }),
    ...(Object.keys(row.limits).length === 0 ? {} : { limits: row.limits }),
  };
  return { client, tokenHash: row.token_hash };
}
