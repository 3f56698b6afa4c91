import type { Assistant } from '../../core/assistant.ts';
import { invalidInput } from '../../core/errors.ts';
import type { Terminal } from '../terminal.ts';

export const command = 'causeway sessions';

export interface SessionFlags {
  trashed?: boolean | undefined;
  limit?: string | undefined;
  json?: boolean | undefined;
  yes?: boolean | undefined;
}

export interface SessionCall {
  assistant: Assistant;
  terminal: Terminal;
  cwd: string;
}

/** Checks its arguments before any database is opened; what it returns does the work. */
export type Action = (args: readonly string[], flags: SessionFlags) => (call: SessionCall) => Promise<void>;

/** Throws `invalid_input`. */
export function limitOf({ limit }: SessionFlags, fallback: number): number {
  if (limit === undefined) return fallback;
  const value = /^\d{1,6}$/.test(limit) ? Number(limit) : 0;
  if (value < 1) throw invalidInput('--limit', limit, 'a number from 1 to 999999');
  return value;
}
