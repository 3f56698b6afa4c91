/** The workspaces in a register of any product, without making, migrating or repairing anything. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { WorkspaceRecord } from '../../core/register.ts';
import { WorkspaceTable } from './workspaceTable.ts';

/** How long a product that writes just now is waited for, in ms. */
const busyTimeoutMs = 2_000;

/** The last opened first; empty when there is no register. Throws when it cannot be read. Blocks for a few ms. */
export function readRegister(file: string): WorkspaceRecord[] {
  if (!existsSync(file)) return [];
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    return new WorkspaceTable(db).list();
  } finally {
    db.close();
  }
}
