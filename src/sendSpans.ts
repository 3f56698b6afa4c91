/** Posts spans to a receiver of OTLP over HTTP. */
import { z } from 'zod';
import type { Sent } from './core/calls/spanExport.ts';

/** A receiver that takes longer has its own trouble; the next try comes soon enough. */
const patienceMs = 10_000;
/** Most of an answer that is read, in bytes: it has a number and a sentence. */
const mostBytes = 64 * 1024;

const answer = z.object({
  partialSuccess: z.object({ rejectedSpans: z.coerce.number().int().nonnegative().optional() }).optional(),
});

/** `headers` are those of `OTEL_EXPORTER_OTLP_HEADERS`. Rejects where nobody answered. */
export const sendSpans =
  (headers: Readonly<Record<string, string>>) =>
  async (endpoint: string, body: string, signal: AbortSignal): Promise<Sent> => {
    const response = await fetch(tracesUrl(endpoint), {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      // Not followed: the headers may hold a key, which is for this address alone.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const { rejectedSpans } = answer.safeParse(await readSmall(response)).data?.partialSuccess ?? {};
    return {
      status: response.status,
      ...(seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
      ...(rejectedSpans ? { rejected: rejectedSpans } : {}),
    };
  };

/** The base address, as the standard's variable has it, with the path of traces where it is missing. */
export function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

/** `name=value` pairs with commas between them, values percent-encoded; what is none is left out. */
export function otlpHeaders(variable: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (variable ?? '').split(',').flatMap((pair) => {
      const [, name = '', value = ''] = /^\s*([!#$%&'*+.^`|~\w-]+)\s*=(.*)$/.exec(pair) ?? [];
      const decoded = percentDecoded(value.trim());
      return name === '' || decoded === undefined ? [] : [[name.toLowerCase(), decoded]];
    }),
  );
}

function percentDecoded(value: string): string | undefined {
  try {
    const text = decodeURIComponent(value);
    return /^[\x20-\x7e]*$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

async function readSmall(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop cancels the rest.
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
