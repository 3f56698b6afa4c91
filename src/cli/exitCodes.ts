/** What a shell learns of how a command went. */
import { BridgeError } from '../client/errors.ts';
import { CausewayError, toErrorInfo } from '../core/errors.ts';

export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command was not understood, or a value it was given is wrong; nothing was done. */
  usage: 2,
  /** As a shell reports a program that SIGPIPE ended. */
  readerGone: 141,
} as const;

const wrongUse = new Set([
  'usage_invalid',
  'invalid_input',
  'empty_input',
  'port_invalid',
  'port_out_of_range',
]);

export function exitCodeOf(error: unknown): number {
  const known = error instanceof CausewayError || error instanceof BridgeError;
  return known && wrongUse.has(error.code) ? exitCodes.usage : exitCodes.failed;
}

/** The words of an error; of one that nobody foresaw only that it was. */
export function wordsOf(error: unknown): string {
  if (error instanceof BridgeError) return error.message;
  const { code, message } = toErrorInfo(error);
  return code === 'unexpected' ? `${message} Run the command with --verbose to see it.` : message;
}
