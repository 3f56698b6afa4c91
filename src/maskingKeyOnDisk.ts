/** The key of placeholders where there is no keyring: a file in the user's own state folder, which nobody else can read. */
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const length = 32;

/** Made when there is none. Two processes that make one in the same moment end up with the same. Rejects as `fs` does. */
export async function maskingKeyIn(stateFolder: string): Promise<Uint8Array> {
  const file = join(stateFolder, 'placeholders.key');
  const known = await readKey(file);
  if (known) return known;
  const own = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(own, randomBytes(length), { mode: 0o600, flag: 'wx' });
  try {
    // A link appears whole or not at all, and never in the place of another.
    await link(own, file).catch((error: unknown) => {
      if (!isThere(error)) throw error;
    });
  } finally {
    await rm(own, { force: true });
  }
  const made = await readKey(file);
  if (!made) throw new Error('The key of placeholders is not a key.');
  return made;
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes?.length === length ? new Uint8Array(bytes) : undefined;
}

const isThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';
