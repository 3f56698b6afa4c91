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
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes beside the file and renames, so that a reader sees the old text or the new one whatever is killed when.
 * The file has mode 0600 and a folder that is made for it 0700, whatever the mask is.
 */
export function writePrivateFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${randomUUID()}.partial`;
  const descriptor = openSync(partial, 'wx', 0o600);
  try {
    try {
      fchmodSync(descriptor, 0o600);
      writeSync(descriptor, text);
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
