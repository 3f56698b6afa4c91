/** What a call of a model may take at most, held before it is sent, and what it took. */
import type { Usage } from '../../protocol/content.ts';
import { priceUnknown } from '../errors.ts';
import { promptTokens } from '../providers/prices.ts';
import type { Price, Rates } from '../providers/provider.ts';
import type { Hold } from './account.ts';
import type { Limited, Limiter } from './limiter.ts';
import { type Amounts, microDollars } from './limits.ts';

/** A call that is about to be sent. */
export interface PlannedCall {
  model: string;
  price: Price | undefined;
  /** Tokens that the model takes at most, answer and all. */
  window: number;
  /** Of the request, in bytes of UTF-8. */
  bytes: number;
  /** It names something whose size is not seen here: a file, an address, a conversation or a tool of the provider's. */
  open: boolean;
  /** Pictures in it, which take more tokens than their bytes may show. */
  pictures: number;
  /** Ceiling of the answer, in tokens. */
  maxOutput: number;
}

export interface SpentCall {
  usage: Usage | undefined;
  /** US dollars; undefined when the price is not known. */
  costUsd: number | undefined;
  /** How it ended is known. Where it is not, what was held counts as used: the provider may bill it. */
  certain: boolean;
}

export interface CallHold {
  /** Once, when the call is over. */
  settle(call: SpentCall): void;
}

/** Lets the calls of one turn be held to the limits of the program that sent it. */
export interface CallBudget {
  /** Id of the program. */
  readonly client: string;
  /** Absent where nothing is bounded. Throws `limit_tokens`, `limit_money`, `price_unknown`. */
  hold?(call: PlannedCall): CallHold | undefined | Promise<CallHold>;
}

/** Tokens that an API adds to a request for its tools and its own words; about 350 with tools, and then some. */
const addedTokens = 1_000;
/** Of the largest picture that models take. */
const pictureTokens = 5_000;
/** No token is shorter than a byte; in prose and code one has about four. */
const bytesPerToken = 4;
/** Most answers are shorter, whatever ceiling their request has. */
const usualOutput = 4_096;

/** Undefined where the program has no limit on tokens or money. Throws as `CallBudget.hold`. */
export function holdCall(
  limiter: Limiter,
  client: Limited,
  call: PlannedCall,
  more: Amounts = {},
): CallHold | undefined | Promise<CallHold> {
  const bounded = limiter.bounds(client, 'money');
  if (bounded && !call.price) throw priceUnknown(call.model);
  const need: Amounts = {
    ...more,
    tokens: Math.ceil(call.bytes / bytesPerToken) + Math.min(call.maxOutput, usualOutput),
    ...(bounded && call.price ? { money: mostMoney(call, call.price) } : {}),
  };
  const hold = limiter.take(client, need);
  if (hold === undefined) return undefined;
  return hold instanceof Promise ? hold.then((one) => new Held(one, need)) : new Held(hold, need);
}

/** Millionths of a dollar that the call can cost at most, whatever of it is read from a cache or written to one. */
export function mostMoney({ window, bytes, open, pictures, maxOutput }: PlannedCall, price: Price): number {
  const input = Math.min(window, open ? window : bytes + addedTokens + pictures * pictureTokens);
  const { longPrompt = price } = price;
  const perInput = Math.max(dearestInput(price), dearestInput(longPrompt));
  const perOutput = Math.max(price.output, longPrompt.output);
  return microDollars((input * perInput + maxOutput * perOutput) / 1_000_000);
}

const dearestInput = ({ input, cacheWrite5m, cacheWrite1h, cacheRead }: Rates): number =>
  Math.max(input, cacheWrite5m, cacheWrite1h, cacheRead);

class Held implements CallHold {
  readonly #hold: Hold;
  readonly #need: Amounts;

  constructor(hold: Hold, need: Amounts) {
    this.#hold = hold;
    this.#need = need;
  }

  settle({ usage, costUsd, certain }: SpentCall): void {
    const tokens = usage ? promptTokens(usage) + usage.outputTokens : 0;
    const money = costUsd === undefined ? 0 : microDollars(costUsd);
    const least = certain ? {} : this.#need;
    this.#hold.settle({
      tokens: Math.max(tokens, least.tokens ?? 0),
      money: Math.max(money, least.money ?? 0),
    });
  }
}
