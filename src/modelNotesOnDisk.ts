/** A model's own notes as files of one folder, which nothing in them can lead out of. */
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { invalidInput } from './core/errors.ts';
import type { ModelNotes } from './core/ports.ts';

/** Bytes of one file, about 16,000 tokens: it is read whole. */
const mostBytes = 64 * 1024;
/** More are no notes any more, and all their names are listed at once. */
const mostFiles = 100;
/** Folders within folders; a name of such a path is still short. */
const mostParts = 6;

/** Letters, digits and what joins them: the same on every file system, and never hidden or `..`. */
const part = /^[\p{L}\p{N}_][\p{L}\p{N} ._-]{0,99}$/u;

/** Makes the folder, for this user alone, with the first note. */
export function modelNotesOnDisk(folder: string): ModelNotes {
  const place = async (path: string): Promise<string> => {
    const parts = path === '' ? [] : path.split('/');
    if (parts.length > mostParts || !parts.every((one) => part.test(one) && !/[ .]$/.test(one)))
      throw invalidInput(
        'path',
        JSON.stringify(path),
        'names of letters, digits, spaces, dots, _ and -, few of them',
      );
    const file = join(folder, ...parts);
    await refuseLinks(folder, file);
    return file;
  };
  const list = async (path: string) => {
    const top = await place(path);
    const entries = await readdir(top, { recursive: true, withFileTypes: true }).catch(ignoreMissing);
    if (!entries) return undefined;
    const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
    const told = await Promise.all(
      files.map(async (entry) => {
        const file = join(entry.parentPath, entry.name);
        const bytes = (await stat(file)).size;
        return { path: relative(folder, file).split(sep).join('/'), bytes };
      }),
    );
    return told.sort((a, b) => (a.path < b.path ? -1 : 1)).slice(0, mostFiles);
  };
  return {
    list,
    async read(path) {
      const file = await place(path);
      const found = await stat(file).catch(ignoreMissing);
      if (!found?.isFile()) return undefined;
      if (found.size > mostBytes)
        throw invalidInput('path', `a file of ${found.size} bytes`, `at most ${mostBytes}`);
      return readFile(file, 'utf8');
    },
    async write(path, text) {
      const file = await place(path);
      const bytes = Buffer.byteLength(text);
      if (bytes > mostBytes) throw invalidInput('text', `${bytes} bytes`, `at most ${mostBytes} in one file`);
      const found = await stat(file).catch(ignoreMissing);
      if (found && !found.isFile()) throw invalidInput('path', JSON.stringify(path), 'a file, not a folder');
      if (!found && ((await list('')) ?? []).length >= mostFiles)
        throw invalidInput('path', 'one file more', `at most ${mostFiles} files; delete what is old`);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      // A reader, and a crash, finds the file before or after, and never a half of it.
      const whole = join(dirname(file), `.${crypto.randomUUID()}`);
      try {
        await writeFile(whole, text, { mode: 0o600, flag: 'wx', flush: true });
        await rename(whole, file);
      } catch (error) {
        await rm(whole, { force: true });
        throw error;
      }
    },
    async remove(path) {
      const file = await place(path);
      if (!(await stat(file).catch(ignoreMissing))) return false;
      await rm(file, { recursive: true });
      return true;
    },
    async rename(from, to) {
      const [before, after] = [await place(from), await place(to)];
      if (!(await stat(before).catch(ignoreMissing)))
        throw invalidInput('old_path', JSON.stringify(from), 'a file that is there');
      if (await stat(after).catch(ignoreMissing))
        throw invalidInput('new_path', JSON.stringify(to), 'a name that is free');
      if (`${after}${sep}`.startsWith(`${before}${sep}`))
        throw invalidInput('new_path', JSON.stringify(to), 'a place outside of what is moved');
      await mkdir(dirname(after), { recursive: true, mode: 0o700 });
      await rename(before, after);
    },
  };
}

/** Nothing here makes links; one that is there was put there to lead elsewhere. */
async function refuseLinks(folder: string, file: string): Promise<void> {
  const root = await realpath(folder).catch(ignoreMissing);
  if (root === undefined) return;
  for (let here = file; here !== folder && here !== dirname(here); here = dirname(here)) {
    const real = await realpath(here).catch(ignoreMissing);
    if (real === undefined) continue;
    if (real !== join(root, relative(folder, here)))
      throw invalidInput('path', 'a link', 'a file of the folder itself');
    return;
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  throw error;
}
