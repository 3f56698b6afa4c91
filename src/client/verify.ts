/** Proof of who answers at an address, before a token is sent there. */
import { health, proofText } from '../protocol/bridge.ts';
import { notABridge, unreachable } from './errors.ts';

/**
 * Makes sure that the bridge with this start token answers at the URL, before any token is sent there.
 * Throws `bridge_unreachable` when nobody answers and `not_a_bridge` when somebody else does.
 */
export async function verifyBridge(url: string, ownerToken: string): Promise<void> {
  const encoder = new TextEncoder();
  const nonce = crypto.randomUUID();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(ownerToken), algorithm, false, ['verify']);
  const signal = AbortSignal.timeout(2000);
  const answer = await fetch(`${url}/health?nonce=${nonce}`, { signal, redirect: 'error' }).catch(
    (error: unknown) => {
      throw isRefused(error) ? unreachable(url, error) : notABridge(url);
    },
  );
  const parsed = health.safeParse(await answer.json().catch(() => undefined));
  const proof = bytesOfHex(parsed.success ? parsed.data.proof : undefined);
  const text = encoder.encode(proofText(nonce, Number(new URL(url).port)));
  if (!proof || !(await crypto.subtle.verify(algorithm, key, proof, text))) throw notABridge(url);
}

const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'ECONNREFUSED';

function bytesOfHex(hex: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  if (hex === undefined || !/^(?:[0-9a-f]{2})+$/.test(hex)) return undefined;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
