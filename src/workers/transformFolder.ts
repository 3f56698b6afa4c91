/** The user's own folder of transforms: which files it has, and whether they are as they were. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFailed, transformsUnreadable } from '../core/errors.ts';
import type { TransformFile } from './transformMessages.ts';

/** A folder of more is no list in whose order anybody thinks. */
const mostFiles = 32;
/** Bytes; what is larger is a program with its libraries, which a small module can import. */
const mostBytes = 1024 * 1024;

/** Changes whenever a file is added, taken out, renamed or written; empty where there are none. Throws `transform_failed`. */
export async function stampOf(folder: string): Promise<string> {
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
  return stamps.join('\n');
}

/** The files in the order of their names, and a mark of what is in them. Throws `transform_failed`. */
export async function readTransforms(folder: string): Promise<{ files: TransformFile[]; mark: string }> {
  const names = await namesIn(folder);
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
  return { files, mark: names.length === 0 ? '' : hash.digest('base64url') };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder)
    .catch(ifGone<string[]>([]))
    .catch(() => {
      throw transformsUnreadable('cannot be read');
    });
  return names.filter((name) => /^[^.].*\.m?js$/.test(name)).sort();
}

const ifGone =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return instead;
    throw error;
  };
