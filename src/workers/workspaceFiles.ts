/** Finds and reads the text files of folders. What cannot be read is passed over; it is not there to be quoted. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isSearchableText, isSkippedFolder, largestFile } from '../core/grounding/fileRules.ts';
import { type Exclude, excluder } from '../core/grounding/globs.ts';
import { whyStaysOut } from '../core/grounding/staysOut.ts';
import { GitIgnore } from './gitignore.ts';

export interface FoundFile {
  /** Absolute. */
  file: string;
  /** As people see it: relative to its folder, after the folder's name where there are several. */
  path: string;
}

/** Files by name, shallow ones first; those that stay out by their names or by what excludes them are passed over. Symbolic links are not followed: what they lead to inside is found anyway. */
export async function* filesOf(
  folders: readonly string[],
  excludes: readonly Exclude[] = [],
): AsyncGenerator<FoundFile> {
  const hiddenBy = excluder(excludes);
  const queue: { folder: string; shown: string; inRoot: string; above: GitIgnore | undefined }[] =
    folders.map((folder) => ({
      folder: path.resolve(folder),
      shown: folders.length > 1 ? path.basename(folder) : '',
      inRoot: '',
      above: undefined,
    }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { folder, shown, inRoot } = next;
    const entries = await listed(folder);
    const rules = await (next.above?.within(folder) ?? GitIgnore.at(folder));
    const names = new Set(entries.map(({ name }) => name));
    for (const entry of entries) {
      const pathInRoot = inRoot === '' ? entry.name : `${inRoot}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (!isFolder && !entry.isFile()) continue;
      const file = path.join(folder, entry.name);
      const shownPath = shown === '' ? entry.name : `${shown}/${entry.name}`;
      const ignoredBy = rules.ignoredBy(file, isFolder) ?? hiddenBy(pathInRoot, (name) => names.has(name));
      if (isFolder) {
        if (ignoredBy === undefined && !isSkippedFolder(entry.name))
          queue.push({ folder: file, shown: shownPath, inRoot: pathInRoot, above: rules });
      } else if (!whyStaysOut({ path: shownPath, ignoredBy })) {
        yield { file, path: shownPath };
      }
    }
  }
}

async function listed(folder: string) {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    // The order of a folder differs between file systems, and answers must not.
    return entries.sort((a, z) => (a.name < z.name ? -1 : 1));
  } catch {
    // A folder without permission, or gone since it was listed.
    return [];
  }
}

export interface FileState {
  size: number;
  mtimeMs: number;
}

export interface ReadFile extends FileState {
  /** Undefined when the file is not text worth quoting. */
  text: string | undefined;
}

/** A link put in the place of a file is refused, and a pipe is not waited for. Neither flag exists on Windows. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads a file; undefined when there is none. A file in the state `known` is not read again. */
export async function readTextFile(
  file: string,
  known?: FileState,
): Promise<ReadFile | 'unchanged' | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, flags);
    const stat = await handle.stat();
    const { size, mtimeMs } = stat;
    if (known && known.size === size && known.mtimeMs === mtimeMs) return 'unchanged';
    if (!stat.isFile() || size > largestFile) return { size, mtimeMs, text: undefined };
    return { size, mtimeMs, text: decoded(await handle.readFile()) };
  } catch {
    // Gone, forbidden or a link: there is nothing to quote.
    return undefined;
  } finally {
    await handle?.close();
  }
}

function decoded(bytes: Uint8Array): string | undefined {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    const text = new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
    return isSearchableText(text) ? text : undefined;
  } catch {
    // Bytes that are no text in either encoding are binary.
    return undefined;
  }
}
