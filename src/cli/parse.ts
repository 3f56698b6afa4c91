/** Reads the arguments of one command. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { usageInvalid } from '../core/errors.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options of every command that works on the sessions of a folder. */
export const folderOptions = {
  folder: { type: 'string' },
  verbose: { type: 'boolean' },
} as const satisfies Options;

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>;

/** Throws `usage_invalid`, naming the argument; `command` is how the user calls it, such as `causeway ask`. */
export function parse<const O extends Options>(
  argv: readonly string[],
  options: O,
  command: string,
): Parsed<O> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error)) throw error;
    throw usageInvalid(`${firstSentence(error.message)}.`, `${command} --help`);
  }
}

/** Node adds long advice that our help gives better. */
const firstSentence = (text: string): string => text.split(/\.(?:\s|$)|\n/, 1)[0] ?? text;

/** Throws `usage_invalid` unless there are as many positional arguments as names. */
export function named(positionals: readonly string[], names: readonly string[], command: string): string[] {
  const missing = names[positionals.length];
  if (missing !== undefined) throw usageInvalid(`${missing} is missing.`, `${command} --help`);
  const extra = positionals[names.length];
  if (extra !== undefined)
    throw usageInvalid(`There is one argument too many: ${JSON.stringify(extra)}.`, `${command} --help`);
  return [...positionals];
}
