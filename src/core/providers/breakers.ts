/** Remembers which models fail, so that a route does not wait for each of them anew in every turn. */
import type { Clock } from '../ports.ts';

/** One failure may be chance; after so many in a row it is not. */
const mostFailures = 3;
/** How long nothing is asked then, ms: a restart of a server, or the next minute of a rate limit. */
const firstRestMs = 30_000;
/** The rest doubles while attempts fail, up to this, ms, so that a model that is back is found within minutes. */
const longestRestMs = 300_000;

interface Circuit {
  failures: number;
  restMs: number;
  /** By the monotonic clock; 0 while the circuit is closed. */
  openUntil: number;
}

export class Breakers {
  readonly #clock: Clock;
  readonly #circuits = new Map<string, Circuit>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether the model rests. When its rest is over one attempt shows whether it is back; until then others wait on. */
  isOpen(model: string): boolean {
    return (this.#circuits.get(model)?.openUntil ?? 0) > this.#clock.monotonic();
  }

  /** An attempt at a model begins; of one whose rest is over there is one at a time. */
  began(model: string): void {
    const circuit = this.#circuits.get(model);
    if (circuit && circuit.openUntil > 0 && !this.isOpen(model))
      circuit.openUntil = this.#clock.monotonic() + circuit.restMs;
  }

  succeeded(model: string): void {
    this.#circuits.delete(model);
  }

  /** `retryAfterMs` is what the server itself asks for, which counts from the first failure on. */
  failed(model: string, retryAfterMs?: number): void {
    const circuit = this.#circuits.get(model) ?? { failures: 0, restMs: 0, openUntil: 0 };
    this.#circuits.set(model, circuit);
    circuit.failures++;
    const asked = Math.min(longestRestMs, retryAfterMs ?? 0);
    if (circuit.failures >= mostFailures)
      circuit.restMs = Math.min(longestRestMs, circuit.restMs === 0 ? firstRestMs : circuit.restMs * 2);
    const rest = Math.max(asked, circuit.restMs);
    if (rest > 0) circuit.openUntil = this.#clock.monotonic() + rest;
  }
}
