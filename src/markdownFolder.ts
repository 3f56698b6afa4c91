/** Markdown files of one folder, read within bounds. */
import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { toErrorInfo } from './core/errors.ts';
import { isSecretFile } from './core/grounding/fileRules.ts';

export interface MarkdownFolder {
  path: string;
  /** What its files are called in a message, such as `profile`. */
  what: string;
  /** The folder in words. */
  shown: string;
  /** How names end; what stands before is the name. */
  ending: string;
  /** The workspace's folder that links must not lead out of; undefined where the user made them. */
  within: string | undefined;
}

/** Bytes; a prompt may have 20,000 characters, and a character of some scripts has three bytes. */
const mostBytes = 96 * 1024;
/** Files of one folder, by name; a folder with more of them is no list anyone chooses from. */
const mostFiles = 100;

/** By name. What cannot be read is told to `warn` and left out; a folder that is not there has nothing. Never rejects. */
export async function readMarkdownFolder(
  { path, what, shown, ending, within }: MarkdownFolder,
  warn: (message: string) => void,
): Promise<{ name: string; text: string }[]> {
  let names: string[];
  try {
    names = (await readdir(path)).filter((name) => name.endsWith(ending) && !name.startsWith('.')).sort();
  } catch (error) {
    if (!isMissing(error)) warn(`The ${what}s in ${shown} could not be read: ${toErrorInfo(error).message}`);
    return [];
  }
  if (names.length > mostFiles) warn(`Only the first ${mostFiles} ${what}s in ${shown} are read.`);
  const files = await Promise.all(
    names.slice(0, mostFiles).map(async (name): Promise<{ name: string; text: string }[]> => {
      try {
        const real = await realpath(join(path, name));
        if (
          within !== undefined &&
          !(isWithin(await realpath(within), real) && !isSecretFile(basename(real)))
        ) {
          warn(`The ${what} ${name} in ${shown} leads elsewhere, so it is not read.`);
          return [];
        }
        const text = await readBounded(real);
        if (typeof text === 'string') return [{ name: name.slice(0, -ending.length), text }];
        warn(`The ${what} ${name} in ${shown} is not read: it ${text.reason}.`);
      } catch (error) {
        warn(`The ${what} ${name} in ${shown} could not be read: ${toErrorInfo(error).message}`);
      }
      return [];
    }),
  );
  return files.flat();
}

/** Each message once: these folders are read with every turn. */
export function warnOnce(warn: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    told.add(message);
    warn(message);
  };
}

async function readBounded(path: string): Promise<string | { reason: string }> {
  // Opened without waiting: a pipe would wait for its writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return { reason: 'is no file' };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1, 0);
    if (bytesRead > mostBytes) return { reason: `has more than ${mostBytes} bytes` };
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    return text.includes('\0') ? { reason: 'is no text' } : text;
  } finally {
    await file.close();
  }
}

function isWithin(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
