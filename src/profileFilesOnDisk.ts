/** Profiles as files: `*.md` in the user's folder, and in `.causeway/profiles` of a workspace that is trusted. */
import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { toErrorInfo } from './core/errors.ts';
import { isSecretFile } from './core/grounding/fileRules.ts';
import type { Log, ProfileFile, ProfileFiles } from './core/ports.ts';

export interface ProfilePlaces {
  /** The user's own folder; it need not be there. */
  userFolder: string;
  /** Folders of the workspace, read anew each time. */
  roots(): readonly string[];
  isTrusted(): boolean;
}

/** Bytes; a prompt may have 20,000 characters, and a character of some scripts has three bytes. */
const mostBytes = 96 * 1024;
/** Files of one folder, by name; a folder with more of them is no list anyone chooses from. */
const mostFiles = 100;

const workspaceFolder = join('.causeway', 'profiles');

/** Links within the user's folder are followed, since the user made them; those of a workspace only within its folder. */
export function profileFilesOnDisk(places: ProfilePlaces, log: Log): ProfileFiles {
  const told = new Set<string>();
  const warn = (message: string) => {
    if (told.has(message)) return;
    told.add(message);
    log.warn(message);
  };
  return {
    async read() {
      const own = await readFolder(places.userFolder, 'user', undefined, warn);
      if (!places.isTrusted()) return own;
      const ofRoots = await Promise.all(
        places.roots().map((root) => readFolder(join(root, workspaceFolder), 'workspace', root, warn)),
      );
      return [...own, ...ofRoots.flat()];
    },
  };
}

async function readFolder(
  folder: string,
  source: ProfileFile['source'],
  within: string | undefined,
  warn: (message: string) => void,
): Promise<ProfileFile[]> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.md') && !name.startsWith('.')).sort();
  } catch (error) {
    if (!isMissing(error))
      warn(`The profiles in ${shown(source)} could not be read: ${toErrorInfo(error).message}`);
    return [];
  }
  if (names.length > mostFiles) warn(`Only the first ${mostFiles} profiles in ${shown(source)} are read.`);
  const files = await Promise.all(
    names.slice(0, mostFiles).map(async (name): Promise<ProfileFile[]> => {
      try {
        const real = await realpath(join(folder, name));
        if (
          within !== undefined &&
          !(isWithin(await realpath(within), real) && !isSecretFile(basename(real)))
        ) {
          warn(`The profile ${name} in ${shown(source)} leads elsewhere, so it is not read.`);
          return [];
        }
        const text = await readBounded(real);
        if (typeof text === 'string') return [{ name: basename(name, '.md'), source, text }];
        warn(`The profile ${name} in ${shown(source)} is not read: it ${text.reason}.`);
      } catch (error) {
        warn(`The profile ${name} in ${shown(source)} could not be read: ${toErrorInfo(error).message}`);
      }
      return [];
    }),
  );
  return files.flat();
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

const shown = (source: ProfileFile['source']): string =>
  source === 'user' ? 'your own folder' : '.causeway/profiles';

function isWithin(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
