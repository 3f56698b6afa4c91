/** What SQLite's error codes mean for us. */
import { z } from 'zod';

const sqliteError = z.object({ code: z.literal('ERR_SQLITE_ERROR'), errcode: z.number() });

/** https://www.sqlite.org/rescode.html */
const busy = 5;
const readOnly = 8;
const corrupt = 11;
const constraint = 19;
const notADatabase = 26;
/** The file was renamed or replaced while it was open. */
const databaseMoved = readOnly | (4 << 8);

function codeOf(error: unknown): number | undefined {
  const parsed = sqliteError.safeParse(error);
  return parsed.success ? parsed.data.errcode : undefined;
}

export const isSqliteError = (error: unknown): boolean => codeOf(error) !== undefined;

const primaryCodeOf = (error: unknown): number => (codeOf(error) ?? 0) & 0xff;

/** The copy of a database that met other work of its own connection ends so now and then in Node 24; a second one does not. */
export const isNoError = (error: unknown): boolean => codeOf(error) === 0;
export const isBusy = (error: unknown): boolean => primaryCodeOf(error) === busy;
export const isMoved = (error: unknown): boolean => codeOf(error) === databaseMoved;
/** The file ends within a page. */
const shortRead = 10 | (2 << 8);
/** The tables are not those that were asked for. */
const otherSchema = 1;
/** What SQLite says of a file whose content is wrong, as against one that cannot be read just now. */
export const isDamage = (error: unknown): boolean =>
  isCorrupt(error) || codeOf(error) === shortRead || codeOf(error) === otherSchema;
/** A row that would contradict another one, such as a second one of the same id. */
export const isConstraint = (error: unknown): boolean => primaryCodeOf(error) === constraint;
export const isCorrupt = (error: unknown): boolean => [corrupt, notADatabase].includes(primaryCodeOf(error));

/** Blocks the thread, which is a worker's; for waits on other processes that no event tells. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
