/** Finds and reads the text files of folders. What cannot be read is passed over; it is not there to be quoted. */
import { hash } from 'node:crypto';
import { closeSync, constants, type Dirent, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import {
  holdsPrivateKey,
  isSearchableText,
  isSkippedFolder,
  largestFile,
} from '../core/grounding/fileRules.ts';
import { type Exclude, excluder } from '../core/grounding/globs.ts';
import type { FileStamp } from '../core/grounding/parts/tables.ts';
import { type StaysOut, whyStaysOut } from '../core/grounding/staysOut.ts';
import { isNotebookName, notebookText } from '../core/workspace/notebook.ts';
import { GitIgnore } from './gitignore.ts';
import { excludesBelow } from './ignoredFiles.ts';

export interface FoundFile {
  /** Absolute. */
  file: string;
  /** As people see it: relative to its folder, after the folder's label where there are several. */
  path: string;
}

/** A folder that was looked into, with the names of the files in it that may be searched. */
export interface FoundFolder {
  /** Absolute. */
  folder: string;
  /** As people see it; empty for the only one that is open. */
  path: string;
  names: string[];
}

export const fileIn = ({ folder, path: shown }: FoundFolder, name: string): FoundFile => ({
  file: path.join(folder, name),
  path: shown === '' ? name : `${shown}/${name}`,
});

/**
 * A name for each folder that no other one has, without slashes: its own, with that of the folder above where several
 * are called alike. A name that two folders share would have one's files read for those of the other.
 */
export function rootLabels(folders: readonly string[]): string[] {
  const names = folders.map((folder) => path.basename(folder));
  const taken = new Set<string>();
  return folders.map((folder, index) => {
    const name = names[index] ?? '';
    const isShared = names.indexOf(name) !== names.lastIndexOf(name);
    const label = isShared ? `${name} (${path.basename(path.dirname(folder))})` : name;
    let unique = label;
    for (let number = 2; taken.has(unique); number++) unique = `${label} ${number}`;
    taken.add(unique);
    return unique;
  });
}

/** What people call one of the folders: nothing where there is one. */
export function shownRoot(folder: string, folders: readonly string[]): string {
  if (folders.length < 2) return '';
  const all = folders.map((one) => path.resolve(one));
  return rootLabels(all)[all.indexOf(path.resolve(folder))] ?? path.basename(folder);
}

/**
 * Folders, shallow ones first, with their files by name; those that stay out by their names or by what
 * excludes them are passed over. Symbolic links are not followed: what they lead to inside is found anyway. Holds the
 * thread for one folder at a time.
 */
export async function* foldersOf(
  folders: readonly string[],
  excludes: readonly Exclude[] = [],
): AsyncGenerator<FoundFolder> {
  const queue: {
    folder: string;
    shown: string;
    inRoot: string;
    above: GitIgnore | undefined;
    hiddenBy: ReturnType<typeof excluder>;
  }[] = folders.map((folder) => ({
    folder: path.resolve(folder),
    shown: shownRoot(folder, folders),
    inRoot: '',
    above: undefined,
    hiddenBy: excluder(excludesBelow(path.resolve(folder), excludes)),
  }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { folder, shown, inRoot, hiddenBy } = next;
    const entries = listed(folder);
    const names = new Set(entries.map(({ name }) => name));
    const has = (name: string) => names.has(name);
    const rules = next.above?.withinSync(folder, has) ?? (await GitIgnore.at(folder));
    const found: string[] = [];
    for (const entry of entries) {
      const pathInRoot = inRoot === '' ? entry.name : `${inRoot}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (!isFolder && !entry.isFile()) continue;
      const file = path.join(folder, entry.name);
      const shownPath = shown === '' ? entry.name : `${shown}/${entry.name}`;
      const ignoredBy = rules.ignoredBy(file, isFolder) ?? hiddenBy(pathInRoot, has);
      if (isFolder) {
        if (ignoredBy === undefined && !isSkippedFolder(entry.name))
          queue.push({ folder: file, shown: shownPath, inRoot: pathInRoot, above: rules, hiddenBy });
      } else if (!whyStaysOut({ path: shownPath, ignoredBy })) found.push(entry.name);
    }
    yield { folder, path: shown, names: found };
  }
}

function listed(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    // The order of a folder differs between file systems, and answers must not.
    return entries.sort((a, z) => (a.name < z.name ? -1 : 1));
  } catch {
    // A folder without permission, or gone since it was listed.
    return [];
  }
}

export interface ReadFile extends FileStamp {
  /** Undefined when the file is not text worth quoting. */
  text: string | undefined;
  /** Why it is not; absent for one that has no words in it. */
  staysOut?: StaysOut;
}

/** A link put in the place of a file is refused, and a pipe is not waited for. Neither flag exists on Windows. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a file; undefined when there is none, or not the one that is meant. Holds the thread, which is a worker's: it
 * takes a tenth of the time so.
 */
export function readTextFile(
  file: string,
  isMeant: (descriptor: number) => boolean = () => true,
): ReadFile | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, flags);
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || !isMeant(descriptor)) return undefined;
    const { size, mtimeMs } = stat;
    if (size > largestFile)
      return { size, mtimeMs, hash: 0n, text: undefined, staysOut: { why: 'too_large' } };
    const bytes = bytesOf(descriptor, size);
    return { size, mtimeMs, hash: hashOf(bytes), ...textOf(file, bytes) };
  } catch {
    // Gone, forbidden or a link: there is nothing to quote.
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** One for all files: what is left behind for each would be more than the index. */
const shared = Buffer.allocUnsafe(largestFile);

/** As many bytes as there were, until the next call; a file that grows meanwhile has another hash the next time. */
function bytesOf(descriptor: number, size: number): Uint8Array {
  let read = 0;
  while (read < size) {
    const more = readSync(descriptor, shared, read, size - read, null);
    if (more === 0) break;
    read += more;
  }
  return shared.subarray(0, read);
}

const hashOf = (bytes: Uint8Array): bigint => hash('sha1', bytes, 'buffer').readBigUInt64LE(0);

/** Decoding strictly throws for what is no text; these are used again, since making one takes longer than a small file. */
const utf8 = new TextDecoder('utf-8', { fatal: true });
const utf16 = new TextDecoder('utf-16le', { fatal: true });

/** What is worth quoting; a notebook by its cells, since its pictures are lines that nobody wrote. */
function textOf(file: string, bytes: Uint8Array): Pick<ReadFile, 'text' | 'staysOut'> {
  const raw = decoded(bytes);
  if (raw === undefined) return { text: undefined, staysOut: { why: 'binary' } };
  if (isNotebookName(file) && holdsPrivateKey(raw)) return { text: undefined, staysOut: { why: 'key' } };
  const text = isNotebookName(file) ? (notebookText(raw) ?? raw) : raw;
  if (isSearchableText(text)) return { text };
  // Its name was looked at before it was opened.
  const staysOut = whyStaysOut({ path: '', text });
  return { text: undefined, ...(staysOut === undefined ? {} : { staysOut }) };
}

function decoded(bytes: Uint8Array): string | undefined {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return (isUtf16 ? utf16 : utf8).decode(bytes);
  } catch {
    // Bytes that are no text in either encoding are binary.
    return undefined;
  }
}
