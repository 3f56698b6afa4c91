/** Puts a repaired database in the place of a damaged one, which is kept beside it. */
import { copyFileSync, existsSync, linkSync, renameSync } from 'node:fs';
import { sideFiles } from './pageOne.ts';

/**
 * Resolves to the path of the damaged file now, or to undefined when there was none. At no moment is there no database under the old path: a process that
 * starts just then would make an empty one.
 */
export function replaceDatabase(file: string, fresh: string, now: number): string | undefined {
  const keptAs = keptName(file, now);
  const existed = existsSync(file);
  if (existed) keep(file, keptAs);
  for (const suffix of sideFiles.slice(1)) {
    if (existsSync(file + suffix)) renameSync(file + suffix, keptAs + suffix);
  }
  renameSync(fresh, file);
  return existed ? keptAs : undefined;
}

function keep(file: string, keptAs: string): void {
  try {
    linkSync(file, keptAs);
  } catch {
    // Some file systems have no links.
    copyFileSync(file, keptAs);
  }
}

/** Keeps a copy of a database and its log as they are. */
export function keepCopy(file: string, now: number): string {
  const keptAs = keptName(file, now);
  for (const suffix of ['', '-wal']) {
    if (existsSync(file + suffix)) copyFileSync(file + suffix, keptAs + suffix);
  }
  return keptAs;
}

function keptName(file: string, now: number): string {
  for (let time = now; ; time++) {
    const name = `${file}.damaged-${new Date(time).toISOString().replace(/[:.]/g, '-')}`;
    if (!existsSync(name)) return name;
  }
}
