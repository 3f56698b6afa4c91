/** Files that hold a secret: a key of TLS, or what would otherwise stand in the environment. */
import { readFile, stat } from 'node:fs/promises';
import { invalidInput, secretFileTooOpen } from '../core/errors.ts';

/** Throws `invalid_input` for a file that cannot be read; `option` is what named it. */
export async function readNamedFile(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw invalidInput(option, file, 'a file that can be read');
  }
}

/** The same, and throws `secret_file_too_open` for a file that others could read too. */
export async function readPrivateFile(option: string, file: string): Promise<string> {
  await checkPrivate(option, file);
  return readNamedFile(option, file);
}

/**
 * As PostgreSQL has it: nobody but the user, or where the file belongs to root also its group, by which systemd and
 * orchestrators hand secrets to a service.
 */
async function checkPrivate(option: string, file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const found = await stat(file).catch(() => undefined);
  // That it is not there is told by whoever reads it.
  if (!found) return;
  const refused = found.uid === 0 && process.getuid?.() !== 0 ? 0o037 : 0o077;
  if (found.mode & refused)
    throw secretFileTooOpen(option, file, (found.mode & 0o777).toString(8).padStart(4, '0'));
}

/**
 * A secret of the environment: the variable, or the file that `NAME_FILE` names, without the end of its last line. Read
 * anew each time. Throws `invalid_input` where both are set.
 */
export async function secretFrom(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): Promise<string | undefined> {
  const [value, file] = [env[name] || undefined, env[`${name}_FILE`] || undefined];
  if (file === undefined) return value;
  if (value !== undefined) throw invalidInput(`${name}_FILE`, file, `either it or ${name}, not both`);
  return (await readPrivateFile(`${name}_FILE`, file)).replace(/\r?\n$/, '') || undefined;
}
