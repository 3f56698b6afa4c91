/** The certificate of a bridge and its key, as they lie on disk. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { TlsPair } from '../../bridge/nodeServer.ts';
import { invalidInput, keyFileTooOpen } from '../../core/errors.ts';

export interface TlsFiles {
  cert: string;
  key: string;
}

/**
 * Reads both anew. Throws `key_file_too_open`, and `invalid_input` for what cannot be read, is no PEM, or does not belong
 * together; its words hold paths alone.
 */
export async function readTlsFiles(files: TlsFiles): Promise<TlsPair> {
  const cert = await read('--tls-cert', files.cert);
  await checkPrivate(files.key);
  const key = await read('--tls-key', files.key);
  const certificate = parsed(
    '--tls-cert',
    files.cert,
    'a certificate in PEM',
    () => new X509Certificate(cert),
  );
  const expected = 'a private key in PEM, without a passphrase';
  const privateKey = parsed('--tls-key', files.key, expected, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw invalidInput('--tls-key', files.key, `the key of the certificate in ${files.cert}`);
  return { cert, key };
}

/** When it ends, as the certificate says; what is first in the file is the bridge's own. */
export const endOf = ({ cert }: TlsPair): Date => new Date(new X509Certificate(cert).validTo);

async function read(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw invalidInput(option, file, 'a file that can be read');
  }
}

/**
 * As PostgreSQL has it: nobody but the user, or where the file belongs to root also its group, by which systemd and
 * orchestrators hand secrets to a service.
 */
async function checkPrivate(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const found = await stat(file).catch(() => undefined);
  // That it is not there is told by whoever reads it.
  if (!found) return;
  const refused = found.uid === 0 && process.getuid?.() !== 0 ? 0o037 : 0o077;
  if (found.mode & refused) throw keyFileTooOpen(file, (found.mode & 0o777).toString(8).padStart(4, '0'));
}

function parsed<T>(option: string, file: string, expected: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw invalidInput(option, file, expected);
  }
}
