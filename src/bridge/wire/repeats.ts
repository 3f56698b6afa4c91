/** Sends a program's own call again where upstream had no answer for it. */
import type { Clock } from '../../core/ports.ts';
import { type RelayRefusal, repeatAfterMs } from '../../core/relay.ts';
import type { BridgeRequest } from '../http.ts';
import { FieldError } from '../parse.ts';

const retriesHeader = 'x-causeway-retries';

/** As often as Anthropic's and OpenAI's SDKs do by themselves. */
const usualRetries = 2;
/** More are done with before the minute is over in which calls are sent again. */
const mostRetries = 5;

/** Clients that send their calls again by themselves: two layers of it would multiply. */
const repeatsItself = ({ headers }: Pick<BridgeRequest, 'headers'>): boolean =>
  headers.has('x-stainless-retry-count') || /\bai(?:-sdk)?\//.test(headers.get('user-agent') ?? '');

/** How often a call is sent again at most. Throws `invalid_input`. */
export function retriesOf(request: Pick<BridgeRequest, 'headers'>): number {
  const header = request.headers.get(retriesHeader);
  if (header === undefined) return repeatsItself(request) ? 0 : usualRetries;
  const retries = /^\d$/.test(header) ? Number(header) : Number.NaN;
  if (retries <= mostRetries) return retries;
  throw new FieldError(retriesHeader, 'another text', `a number from 0 to ${mostRetries}`);
}

export class Repeats {
  readonly #clock: Clock;
  readonly #retries: number;
  readonly #send: () => void;
  readonly #from: number;
  #sent = 1;
  #unsure = false;
  #timer: NodeJS.Timeout | undefined;

  /** `send` sends the call, and was called once. */
  constructor(clock: Clock, retries: number, send: () => void) {
    this.#clock = clock;
    this.#retries = retries;
    this.#send = send;
    this.#from = clock.monotonic();
  }

  /** An earlier attempt broke off, so that upstream may have worked on it all the same. */
  get unsure(): boolean {
    return this.#unsure;
  }

  /** Whether it will be sent again; then whatever came of this attempt is nothing. `reached`: it got to upstream. */
  again(refusal: RelayRefusal, reached: boolean): boolean {
    const spentMs = this.#clock.monotonic() - this.#from;
    const tries = { sent: this.#sent, retries: this.#retries, spentMs };
    const delayMs = repeatAfterMs(refusal, tries, this.#clock.now(), Math.random);
    if (delayMs === undefined) return false;
    this.#sent++;
    this.#unsure ||= reached && refusal.status === undefined;
    this.#timer = setTimeout(this.#send, delayMs);
    return true;
  }

  /** It is over, also while it waits. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
