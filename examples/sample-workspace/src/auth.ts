import { createHmac, timingSafeEqual } from 'node:crypto';
import { forbidden, unauthorised } from './errors.ts';

export const scopes = ['read', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export interface Caller {
  name: string;
  scope: Scope;
}

const sign = (payload: string, secret: string) =>
  createHmac('sha256', secret).update(payload).digest('base64url');

/** Makes a token. It is not stored anywhere: the signature is what proves it. */
export function issueToken(caller: Caller, secret: string, expiresAt: Date): string {
  const payload = Buffer.from(JSON.stringify({ ...caller, exp: expiresAt.getTime() })).toString('base64url');
  return `${payload}.${sign(payload, secret)}`;
}

/** Who holds this token. Undefined when it was forged, damaged or has run out. */
export function readToken(token: string, secret: string, now: Date): Caller | undefined {
  const [payload, signature] = token.split('.');
  if (!payload || !signature) return undefined;

  // A plain === would tell an attacker, by how long it takes, how many characters were right.
  const expected = Buffer.from(sign(payload, secret));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;

  const { name, scope, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Caller & { exp: number };
  if (exp <= now.getTime()) return undefined;
  return { name, scope };
}

/** Wider scopes include the narrower ones. */
const includes: Record<Scope, readonly Scope[]> = {
  read: ['read'],
  write: ['read', 'write'],
  admin: ['read', 'write', 'admin'],
};

/** Returns the caller, or throws 401 without a valid token and 403 without the scope. */
export function authorise(header: string | undefined, needed: Scope, secret: string, now = new Date()): Caller {
  const token = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  const caller = token === undefined ? undefined : readToken(token, secret, now);
  if (!caller) throw unauthorised();
  if (!includes[caller.scope].includes(needed)) throw forbidden(needed);
  return caller;
}
