/** Requests from this bridge to another on the same machine. */
import { randomBytes } from 'node:crypto';
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Discovery } from '../protocol/bridge.ts';
import { health } from '../protocol/bridge.ts';
import { proofOf, sameSecret } from './secret.ts';

export interface Outgoing {
  port: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: AsyncIterable<Uint8Array>;
  signal?: AbortSignal;
  /** False for a connection of its own that is closed afterwards. */
  agent: Agent | false;
}

/** Sends a request and resolves when the head of its answer is there. Rejects when no connection can be had. */
export function send(outgoing: Outgoing): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { port, method, path, headers, signal, agent, body } = outgoing;
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers,
      agent,
      insecureHTTPParser: false,
      ...(signal === undefined ? {} : { signal }),
    });
    request.on('response', resolve);
    request.on('error', reject);
    if (body === undefined) request.end();
    else pump(body, request).catch((error: Error) => request.destroy(error));
  });
}

async function pump(body: AsyncIterable<Uint8Array>, request: ReturnType<typeof httpRequest>): Promise<void> {
  for await (const chunk of body) {
    if (request.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        request.off('drain', go).off('close', go);
        resolve();
      };
      request.on('drain', go).on('close', go);
    });
    if (request.destroyed) return;
  }
  request.end();
}

/** What answers at the port of a discovery file. */
export type Answerer = 'bridge' | 'foreign' | 'nobody';

/** A bridge answers in milliseconds; who takes longer than this is not treated as one. */
const probeMs = 1000;
const maxProbeBytes = 4096;

/**
 * Finds out who answers at a port, without showing a token: only the bridge that wrote the discovery file can
 * prove that it knows the token in it, and the proof holds for this port alone.
 */
export async function probe(bridge: Pick<Discovery, 'port' | 'ownerToken'>): Promise<Answerer> {
  const nonce = randomBytes(24).toString('base64url');
  try {
    const answer = await send({
      port: bridge.port,
      method: 'GET',
      path: `/health?nonce=${nonce}`,
      headers: {},
      agent: false,
      signal: AbortSignal.timeout(probeMs),
    });
    const proof = await readProof(answer);
    const expected = proofOf(bridge.ownerToken, nonce, bridge.port);
    return proof !== undefined && sameSecret(proof, expected) ? 'bridge' : 'foreign';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED' ? 'nobody' : 'foreign';
  }
}

async function readProof(answer: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxProbeBytes) return undefined;
  }
  try {
    const parsed = health.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.proof : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
