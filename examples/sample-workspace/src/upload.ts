import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { digestMismatch, tooLarge } from './errors.ts';
import type { Entry, Storage } from './storage.ts';

export interface UploadOptions {
  /** Largest body in bytes. */
  limit: number;
  keepDays: number;
  now?: () => Date;
}

const dayMs = 24 * 60 * 60_000;

/** Passes chunks on and throws as soon as there are more bytes than allowed. The header cannot be trusted to say so. */
export async function* limitBody(
  chunks: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<Uint8Array, void, void> {
  let received = 0;
  for await (const chunk of chunks) {
    received += chunk.byteLength;
    if (received > limit) throw tooLarge(limit);
    yield chunk;
  }
}

/** The SHA-256 of a `Digest` header, as base64. Other algorithms are ignored. */
export function wantedDigest(header: string | undefined): string | undefined {
  return /(?:^|,)\s*sha-256=([A-Za-z0-9+/=]+)/i.exec(header ?? '')?.[1];
}

/** A file name without folders, control characters or leading dots. */
export function cleanName(name: string): string {
  const base = name.split(/[\\/]/).at(-1) ?? '';
  const cleaned = base.replace(/[\u0000-\u001f\u007f]/g, '').replace(/^\.+/, '');
  return cleaned === '' ? 'unnamed' : cleaned.slice(0, 200);
}

/** Stores the body of a request. Refuses it when it is too large or is not what its digest promised. */
export async function receiveUpload(
  request: IncomingMessage,
  name: string,
  storage: Storage,
  options: UploadOptions,
): Promise<Entry> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > options.limit) throw tooLarge(options.limit);

  const now = (options.now ?? (() => new Date()))();
  const pinned = request.headers['x-keep'] === 'forever';
  const wanted = wantedDigest(request.headers.digest as string | undefined);
  const hash = createHash('sha256');
  let size = 0;

  async function* measured() {
    for await (const chunk of limitBody(request, options.limit)) {
      hash.update(chunk);
      size += chunk.byteLength;
      yield chunk;
    }
  }

  return storage.add(measured(), () => {
    const sha256 = hash.digest();
    if (wanted !== undefined && wanted !== sha256.toString('base64')) throw digestMismatch();
    return {
      name: cleanName(name),
      size,
      sha256: sha256.toString('hex'),
      storedAt: now.toISOString(),
      expiresAt: pinned ? null : new Date(now.getTime() + options.keepDays * dayMs).toISOString(),
    };
  });
}
