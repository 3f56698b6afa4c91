/** A damaged user database is set aside under its own name, and what can be read is carried into a fresh one. */
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Client } from '../../core/register.ts';
import { transaction } from '../sqlite/transaction.ts';
import { ClientTable } from './clientTable.ts';
import { type OpenedFile, openFile } from './openFile.ts';
import { clientColumns, clientOfRow, workspaceColumns, workspaceOfRow } from './rows.ts';
import { readSidecars } from './sidecars.ts';
import { pause } from './sqliteErrors.ts';
import { type WorkspaceEntry, WorkspaceTable } from './workspaceTable.ts';

export interface Repaired {
  opened: OpenedFile;
  /** Absent when another process had repaired it before. */
  report: { workspaces: number; clients: number; keptAs: string } | undefined;
}

/** A repair takes far less, in ms; after this its process is taken for dead. */
const repairTimeoutMs = 15_000;

/** Throws when the damaged file cannot be set aside. `isDamage` tells damage from other failures of opening. */
export function repair(file: string, isDamage: (error: unknown) => boolean, now: number): Repaired {
  return alone(`${file}.repair`, () => {
    try {
      return { opened: openFile(file), report: undefined };
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    const keptAs = setAside(file, now);
    const salvaged = salvage(keptAs);
    const opened = openFile(file);
    const report = fill(opened.db, dirname(file), salvaged, now);
    return { opened, report: { ...report, keptAs: basename(keptAs) } };
  });
}

function alone<T>(lock: string, run: () => T): T {
  const deadline = Date.now() + 2 * repairTimeoutMs;
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      break;
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isHeld || Date.now() > deadline) throw error;
      const lockedAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (lockedAt !== undefined && Date.now() - lockedAt > repairTimeoutMs) rmSync(lock, { force: true });
      else pause(50);
    }
  }
  try {
    return run();
  } finally {
    rmSync(lock, { force: true });
  }
}

function setAside(file: string, now: number): string {
  const stamp = new Date(now).toISOString().replaceAll(':', '-');
  let keptAs = `${file}.damaged-${stamp}`;
  for (let copy = 2; existsSync(keptAs); copy++) keptAs = `${file}.damaged-${stamp}-${copy}`;
  renameSync(file, keptAs);
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, keptAs + suffix);
  }
  return keptAs;
}

interface Salvaged {
  workspaces: WorkspaceEntry[];
  clients: { client: Client; tokenHash: string }[];
}

function salvage(file: string): Salvaged {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(file);
  } catch {
    // Not even a database; the sidecars are what is left.
    return { workspaces: [], clients: [] };
  }
  try {
    const texts = (sql: string) => readable(db, sql, (row) => [String(row.a), String(row.b)] as const);
    const formerUris = texts('SELECT workspace_id AS a, uri AS b FROM former_uri ORDER BY left_at');
    const kin = texts('SELECT workspace_id AS a, other_id AS b FROM kin');
    return {
      workspaces: readable(db, `SELECT ${workspaceColumns} FROM workspace`, workspaceOfRow).map((record) => ({
        record,
        formerUris: formerUris.filter(([id]) => id === record.id).map(([, uri]) => uri),
        kin: kin.filter(([id]) => id === record.id).map(([, other]) => other),
      })),
      clients: readable(db, `SELECT ${clientColumns} FROM client`, clientOfRow),
    };
  } finally {
    db.close();
  }
}

/** The rows up to the one that SQLite cannot reach; rows that are not what was written are left out. */
function readable<T>(db: DatabaseSync, sql: string, read: (row: Record<string, unknown>) => T): T[] {
  const rows: T[] = [];
  try {
    for (const row of db.prepare(sql).iterate()) {
      try {
        rows.push(read(row));
      } catch {
        // A row that cannot be trusted; its workspace comes back from the sidecar, the report counts the rest.
      }
    }
  } catch {
    // The damaged page; what stood before it is kept, and the report counts it.
  }
  return rows;
}

/** What was read in the damaged file is newer than the sidecars, so it goes first. */
function fill(
  db: DatabaseSync,
  dataFolder: string,
  { workspaces, clients }: Salvaged,
  now: number,
): { workspaces: number; clients: number } {
  return transaction(db, () => {
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
    return { workspaces: table.list().length, clients: byHash.size };
  });
}
