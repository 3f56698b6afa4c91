import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { proofText } from '../protocol/bridge.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares two secrets of any length in a time that does not depend on where they differ. */
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** Proves that the bridge at this port knows the start token, without telling it. */
export const proofOf = (ownerToken: string, nonce: string, port: number): string =>
  createHmac('sha256', ownerToken).update(proofText(nonce, port)).digest('hex');
