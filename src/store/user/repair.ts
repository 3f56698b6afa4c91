/** A damaged user database is set aside under its own name, and what can be read is carried into a fresh one. */
import { existsSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { alone } from '../alone.ts';
import { ClientTable } from './clientTable.ts';
import { DirectiveTable, directiveColumns, directiveOfRow } from './directiveTable.ts';
import { type OpenedFile, openFile } from './openFile.ts';
import { nothingSalvaged, type RebuildReport, rebuild, type Salvaged } from './rebuild.ts';
import { clientOfRow, workspaceColumns, workspaceOfRow } from './rows.ts';
import { WorkspaceTable } from './workspaceTable.ts';

export interface Repaired {
  opened: OpenedFile;
  /** Absent when another process had repaired it before. */
  report: (RebuildReport & { keptAs: string }) | undefined;
}

/** Throws when the damaged file cannot be set aside. `isDamage` tells damage from other failures of opening. */
export function repair(file: string, isDamage: (error: unknown) => boolean, now: number): Repaired {
  return alone(`${file}.repair`, () => {
    const sound = openIfSound(file, isDamage);
    if (sound) return { opened: sound, report: undefined };
    const keptAs = setAside(file, now);
    const salvaged = salvage(keptAs);
    let report: RebuildReport = { workspaces: 0, clients: 0 };
    const opened = openFile(file, (db) => {
      report = rebuild(db, dirname(file), salvaged, now);
    });
    return { opened, report: { ...report, keptAs: basename(keptAs) } };
  });
}

/** Undefined when it is damaged, be it a single row: then it is not enough that the file opens. */
function openIfSound(file: string, isDamage: (error: unknown) => boolean): OpenedFile | undefined {
  let opened: OpenedFile | undefined;
  try {
    opened = openFile(file);
    new WorkspaceTable(opened.db).list();
    new ClientTable(opened.db).list();
    new DirectiveTable(opened.db).list();
    return opened;
  } catch (error) {
    opened?.db.close();
    if (!isDamage(error)) throw error;
    return undefined;
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

function salvage(file: string): Salvaged {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(file);
  } catch {
    // Not even a database; the sidecars are what is left.
    return nothingSalvaged;
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
      clients: readable(db, 'SELECT * FROM client', clientOfRow),
      directives: readable(db, `SELECT ${directiveColumns} FROM user_directive`, directiveOfRow),
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
