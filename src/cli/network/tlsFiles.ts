/** The certificate of a bridge and its key, as they lie on disk. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { TlsPair } from '../../bridge/nodeServer.ts';
import { invalidInput } from '../../core/errors.ts';
import { readNamedFile, readPrivateFile } from '../privateFile.ts';

export interface TlsFiles {
  cert: string;
  key: string;
}

/**
 * Reads both anew. Throws `secret_file_too_open`, and `invalid_input` for what cannot be read, is no PEM, or does not belong
 * together; its words hold paths alone.
 */
export async function readTlsFiles(files: TlsFiles): Promise<TlsPair> {
  const cert = await readNamedFile('--tls-cert', files.cert);
  const key = await readPrivateFile('--tls-key', files.key);
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

function parsed<T>(option: string, file: string, expected: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw invalidInput(option, file, expected);
  }
}
