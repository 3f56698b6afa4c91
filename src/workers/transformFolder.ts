/** The user's own folder of transforms: which files it has, and whether they are as they were. */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFailed, transformsUnreadable } from '../core/errors.ts';
import type { TransformFile } from './transformMessages.ts';

/** A folder of more is no list in whose order anybody thinks. */
const mostFiles = 32;
/** Bytes; what is larger is a program with its libraries, which a small module can import. */
const mostBytes = 1024 * 1024;

/** What the folder looks like from outside. */
export interface Seen {
  /** In the order in which they are loaded. */
  names: string[];
  /** Changes whenever a file is added, taken out, renamed or written; empty where there are none. */
  stamp: string;
}

/** Throws `transform_failed`. */
export async function lookInto(folder: string): Promise<Seen> {
  const names = await namesIn(folder);
  const stamps = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name), { bigint: true }).catch(ifGone(undefined));
      // A link that leads nowhere is no reason to go on as if there were none.
      return found
        ? `${name}:${found.ino}:${found.size}:${found.mtimeNs}:${found.ctimeNs}`
        : `${name}:missing`;
    }),
  );
  return { names, stamp: stamps.join('\n') };
}

/**
 * The files and a mark of what is in them. Throws `transform_failed`, also for one of them that is gone: with the others
 * alone what it keeps back would leave.
 */
export async function readTransforms(
  folder: string,
  names: readonly string[],
): Promise<{ files: TransformFile[]; mark: string }> {
  if (names.length > mostFiles) throw transformsUnreadable(`has more than ${mostFiles} files`);
  const hash = createHash('sha256');
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(ifGone(undefined));
    if (!found?.isFile()) throw transformFailed(name, 'load', 'is no file');
    if (found.size > mostBytes) throw transformFailed(name, 'load', `has more than ${mostBytes} bytes`);
    const bytes = await readFile(join(folder, name)).catch(() => {
      throw transformFailed(name, 'load', 'cannot be read');
    });
    hash.update(`${JSON.stringify(name)}${bytes.length}:`).update(bytes);
  }
  const files = names.map((file) => ({ file, url: pathToFileURL(join(folder, file)).href }));
  return { files, mark: hash.digest('base64url') };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(async (error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') throw transformsUnreadable('is no folder');
    if (codeOf(error) !== 'ENOENT') throw transformsUnreadable('cannot be read');
    // A link into what is not mounted now is no reason to go on as if there were none.
    const isThere = await lstat(folder).then(
      () => true,
      (gone: unknown) => codeOf(gone) !== 'ENOENT',
    );
    if (isThere) throw transformsUnreadable('is a link that leads nowhere');
    return [];
  });
  return names.filter((name) => /^[^.].*\.m?js$/.test(name)).sort();
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const ifGone =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return instead;
    throw error;
  };
