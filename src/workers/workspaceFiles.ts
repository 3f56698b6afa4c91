/** Finds and reads the text files of folders. What cannot be read is passed over; it is not there to be quoted. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  isSearchableName,
  isSearchableText,
  isSkippedFolder,
  largestFile,
} from '../core/grounding/fileRules.ts';
import { GitIgnore } from './gitignore.ts';

export interface FoundFile {
  /** Absolute. */
  file: string;
  /** As people see it: relative to its folder, after the folder's name where there are several. */
  path: string;
}

/** Files by name, shallow ones first. Symbolic links are not followed: what they lead to inside is found anyway. */
export async function* filesOf(folders: readonly string[]): AsyncGenerator<FoundFile> {
  const queue: { folder: string; shown: string; above: GitIgnore | undefined }[] = folders.map((folder) => ({
    folder: path.resolve(folder),
    shown: folders.length > 1 ? path.basename(folder) : '',
    above: undefined,
  }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { folder, shown } = next;
    const entries = await listed(folder);
    const rules = await (next.above?.within(folder) ?? GitIgnore.at(folder));
    for (const entry of entries) {
      const file = path.join(folder, entry.name);
      const shownPath = shown === '' ? entry.name : `${shown}/${entry.name}`;
      if (entry.isDirectory()) {
        if (isSkippedFolder(entry.name) || rules.ignores(file, true)) continue;
        queue.push({ folder: file, shown: shownPath, above: rules });
      } else if (entry.isFile() && isSearchableName(shownPath) && !rules.ignores(file, false)) {
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
