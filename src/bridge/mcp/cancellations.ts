/**
 * Clients of 2025 cancel by a message of its own, which a server without sessions sees apart from what it cancels.
 * Source: https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation.
 */
import { z } from 'zod';
import type { Principal } from '../exchange.ts';

const requestId = z.union([z.string(), z.number()]);
const request = z.object({ id: requestId, method: z.string() });
const cancelled = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId }),
});

export class Cancellations {
  readonly #running = new Map<string, Set<AbortController>>();

  /** What cancels a request that begins now, and `end` for when it is over; undefined for what is no request. */
  begin(principal: Principal, body: unknown): { signal: AbortSignal; end(): void } | undefined {
    const parsed = request.safeParse(body);
    if (!parsed.success) return undefined;
    const key = keyOf(principal, parsed.data.id);
    const abort = new AbortController();
    const all = this.#running.get(key) ?? new Set();
    this.#running.set(key, all.add(abort));
    return {
      signal: abort.signal,
      end: () => {
        all.delete(abort);
        if (all.size === 0) this.#running.delete(key);
      },
    };
  }

  /** Where a program has two requests of one id, as two of its processes may, none is cancelled: it could be the other. */
  take(principal: Principal, body: unknown): void {
    const parsed = cancelled.safeParse(body);
    if (!parsed.success) return;
    const [only, ...others] = this.#running.get(keyOf(principal, parsed.data.params.requestId)) ?? [];
    if (others.length === 0) only?.abort();
  }
}

const keyOf = (principal: Principal, id: string | number): string =>
  JSON.stringify([principal.kind === 'client' ? principal.client.id : '', id]);
