/**
 * What a log may keep of an error: its name, its code and the frames of its stack. The message of a foreign error may
 * quote what it choked on.
 */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  // A line of the message can look like a frame.
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  const cause = error.cause === undefined ? '' : `\ncaused by ${traceOf(error.cause)}`;
  return `${error.name}${code}\n${frames.join('\n')}${cause}`;
}
