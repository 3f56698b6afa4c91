import type { LogOutputChannel } from 'vscode';
import type { Log } from '../core/ports.ts';

/** Writes to the output channel. Of an unexpected error its stack is kept, which names code and never content. */
export function logTo(channel: Pick<LogOutputChannel, 'info' | 'warn' | 'error'>): Log {
  return {
    info: (message) => channel.info(message),
    warn: (message) => channel.warn(message),
    error: (message, error) => channel.error(error === undefined ? message : `${message} ${describe(error)}`),
  };
}

/** The message of a foreign error may quote what it choked on, so that only its name and its stack's frames are written. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  // A line of the message can look like a frame.
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`;
  return `${error.name}${code}\n${frames.join('\n')}${cause}`;
}
