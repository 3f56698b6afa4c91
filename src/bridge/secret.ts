import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { proofText } from '../protocol/bridge.ts';

/** The SHA-256 of a secret: what may be kept and compared. */
export const digestOf = (secret: string): Buffer => hash('sha256', secret, 'buffer');

/** Compares two digests in a time that does not depend on where they differ. */
export const sameDigest = (a: Buffer, b: Buffer): boolean => timingSafeEqual(a, b);

/** Compares two secrets of any length in a time that does not depend on where they differ. */
export const sameSecret = (a: string, b: string): boolean => sameDigest(digestOf(a), digestOf(b));

/** Proves that the bridge at this port knows the start token, without telling it. */
export const proofOf = (ownerToken: string, nonce: string, port: number): string =>
  createHmac('sha256', ownerToken).update(proofText(nonce, port)).digest('hex');
