/** Tokens of clients: made once, shown once, kept as digests. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 32 random bytes; the prefix lets secret scanners and people tell what it is. */
export const newToken = (): string => `cw_${randomBytes(32).toString('base64url')}`;

/** SHA-256 as hex. The token has 256 bits of chance, so that a slow or salted hash would add nothing. */
export const digestOf = (token: string): string => createHash('sha256').update(token, 'utf8').digest('hex');

/**
 * Takes the same time wherever the two differ. What is compared are digests of the same length; a stored one that
 * has another length is damaged and equals nothing.
 */
export function sameDigest(left: string, right: string): boolean {
  const a = Buffer.from(left, 'hex');
  const b = Buffer.from(right, 'hex');
  return a.length === 32 && a.length === b.length && timingSafeEqual(a, b);
}
