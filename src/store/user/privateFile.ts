/** Files for the user's eyes only, written whole or not at all. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const folderMode = 0o700;
const fileMode = 0o600;

const partialOf = (file: string): string => `${file}.${randomUUID()}.partial`;

/**
 * Writes beside the file and renames, so that a reader sees the old text or the new one whatever is killed when.
 * The file has mode 0600 and a folder that is made for it 0700, whatever the mask is.
 */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: folderMode });
  const partial = partialOf(file);
  try {
    const handle = await open(partial, 'wx', fileMode);
    try {
      await handle.chmod(fileMode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The same for workers, whose thread may wait. */
export function writePrivateFileSync(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: folderMode });
  const partial = partialOf(file);
  try {
    const descriptor = openSync(partial, 'wx', fileMode);
    try {
      fchmodSync(descriptor, fileMode);
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
