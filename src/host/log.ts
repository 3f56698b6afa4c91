import type { LogOutputChannel } from 'vscode';
import { traceOf } from '../base/trace.ts';
import type { Log } from '../core/ports.ts';

/** Writes to the output channel. Of an unexpected error its stack is kept, which names code and never content. */
export function logTo(channel: Pick<LogOutputChannel, 'info' | 'warn' | 'error'>): Log {
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message, error) => channel.error(error === undefined ? message : `${message} ${traceOf(error)}`),
  };
}
