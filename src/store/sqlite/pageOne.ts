/** The first page of a database tells where everything is; when it is damaged, a fresh one may serve in its place. */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase } from './database.ts';

/** What stands beside the name of a database; first the database itself. */
export const sideFiles = ['', '-wal', '-shm', '-journal'] as const;

const headerSize = 100;

/**
 * Lets `read` see a copy of the damaged file that begins like a fresh database: first with its header alone replaced,
 * then with its whole first page. What is read in a wrong place does not hold its checksum and does no harm.
 */
export function withFreshStart(damaged: string, scratch: string, read: (copy: string) => void): void {
  const model = `${scratch}-model`;
  const copy = `${scratch}-copy`;
  try {
    const { db } = openDatabase(model);
    db.close();
    const start = readFileSync(model);
    const pageSize = start.readUInt16BE(16);
    const bytes = readFileSync(damaged);
    for (const length of [headerSize, pageSize]) {
      if (bytes.length < length) return;
      start.copy(bytes, 0, 0, length);
      // The number of pages; and no page is free, so that none is taken for another's.
      bytes.writeUInt32BE(Math.floor(bytes.length / pageSize), 28);
      bytes.fill(0, 32, 40);
      writeFileSync(copy, bytes, { mode: 0o600 });
      if (existsSync(`${damaged}-wal`)) copyFileSync(`${damaged}-wal`, `${copy}-wal`);
      if (isReadable(copy)) read(copy);
    }
  } finally {
    for (const path of [model, copy]) for (const suffix of sideFiles) rmSync(path + suffix, { force: true });
  }
}

function isReadable(file: string): boolean {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db.prepare('SELECT 1 FROM entry LIMIT 1').get() !== undefined;
  } catch {
    // The next attempt, or a backup, may give more.
    return false;
  } finally {
    db.close();
  }
}
