/** The key of placeholders where there is no keyring: a file in the user's own state folder, which nobody else can read. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from './core/ports.ts';

const length = 32;

/**
 * Made when there is none. Two processes that make one in the same moment end up with the same. Where the file is there
 * and cannot be read, nothing is stored, and the key is one of this process. Rejects as `fs` does.
 */
export async function maskingKeyIn(stateFolder: string, log: Pick<Log, 'error'>): Promise<Uint8Array> {
  const file = join(stateFolder, 'placeholders.key');
  let known: Uint8Array | undefined;
  try {
    known = await readKey(file);
  } catch (error) {
    log.error(
      'The key of placeholders could not be read. This run masks with one of its own, and stores none; placeholders of earlier days are not resolved in it.',
      error,
    );
    return new Uint8Array(randomBytes(length));
  }
  if (known) return known;
  const own = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(own, randomBytes(length), { mode: 0o600, flag: 'wx' });
  try {
    // A link appears whole or not at all, and never in the place of another.
    await link(own, file).catch((error: unknown) => {
      if (!is(error, 'EEXIST')) throw error;
    });
  } finally {
    await rm(own, { force: true });
  }
  const made = await readKey(file);
  if (!made) throw new Error('The key of placeholders is not a key.');
  return made;
}

/** Undefined where there is none, or what is there is none. */
async function readKey(file: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(file).catch((error: unknown) => {
    if (is(error, 'ENOENT')) return undefined;
    throw error;
  });
  return bytes?.length === length ? new Uint8Array(bytes) : undefined;
}

const is = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
