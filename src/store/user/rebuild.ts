/** Filling a new register with what was read in a damaged one and with what the sidecars say. */
import type { DatabaseSync } from 'node:sqlite';
import type { Client } from '../../core/register.ts';
import { ClientTable } from './clientTable.ts';
import { DirectiveTable, type UserDirective } from './directiveTable.ts';
import { readSidecars } from './sidecars.ts';
import { type WorkspaceEntry, WorkspaceTable } from './workspaceTable.ts';

export interface Salvaged {
  workspaces: WorkspaceEntry[];
  clients: { client: Client; tokenHash: string }[];
  directives: UserDirective[];
}

export const nothingSalvaged: Salvaged = { workspaces: [], clients: [], directives: [] };

export interface RebuildReport {
  workspaces: number;
  clients: number;
}

/** Runs inside a transaction of its caller. What was read in the damaged file is newer than the sidecars. */
export function rebuild(
  db: DatabaseSync,
  dataFolder: string,
  salvaged: Salvaged,
  now: number,
): RebuildReport {
  const { workspaces, clients } = salvaged;
  const table = new WorkspaceTable(db);
  const entries = [...workspaces, ...readSidecars(dataFolder)];
  for (const { record } of entries) {
    if (table.byId(record.id)) continue;
    const taken = table.byUri(record.uri) !== undefined;
    table.put(taken ? { ...record, uri: `causeway:unknown/${record.id}` } : record);
  }
  for (const { record, formerUris, kin } of entries) {
    for (const uri of formerUris) table.addFormerUri(record.id, uri, now);
    for (const other of kin) if (table.byId(other)) table.addKin(record.id, other);
  }
  // A damaged file may show a row as it was before its client was revoked, so that none of them is let in again.
  const clientTable = new ClientTable(db);
  const byHash = new Map(clients.map((row) => [row.tokenHash, row.client]));
  for (const [tokenHash, client] of byHash) clientTable.put({ revokedAt: now, ...client }, tokenHash);
  const directiveTable = new DirectiveTable(db);
  for (const directive of salvaged.directives) directiveTable.put(directive);
  return { workspaces: table.list().length, clients: byHash.size };
}
