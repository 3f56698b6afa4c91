/** One process writes an index; others that have the same workspace open read what it wrote. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { holderState, thisHolder } from '../../store/sqlite/holder.ts';

/** Undefined when another process has it. The function gives it back. */
export function takeLock(file: string): (() => void) | undefined {
  const holder = thisHolder();
  for (const isLast of [false, true]) {
    try {
      const opened = openSync(file, 'wx', 0o600);
      writeSync(opened, holder);
      closeSync(opened);
      return () => {
        if (holderOf(file) === holder) rmSync(file, { force: true });
      };
    } catch (error) {
      const other = holderOf(file);
      const isLeft = other !== undefined && (holderState(other) === 'gone' || isOfThisProcess(other));
      if (!isLeft || isLast) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
        throw error;
      }
      rmSync(file, { force: true });
    }
  }
  return undefined;
}

/** A window opens its workspace anew after it closed it, whose thread may have been ended before it gave this back. */
const isOfThisProcess = (holder: string): boolean =>
  holder.split('|').slice(0, 2).join('|') === thisHolder().split('|').slice(0, 2).join('|');

function holderOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It was given back just now.
    return undefined;
  }
}
