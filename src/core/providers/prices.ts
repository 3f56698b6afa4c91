import type { Usage } from '../../protocol/content.ts';
import type { Price, Rates } from './provider.ts';

/** Tokens of the prompt, however they were billed. */
export function promptTokens(usage: Usage): number {
  return usage.inputTokens + usage.cacheCreationTokens + usage.cacheReadTokens;
}

/** The rates of a request whose prompt has that many tokens. */
export function ratesOf(price: Price, tokens: number): Rates {
  const long = price.longPrompt;
  return long && tokens > long.aboveTokens ? long : price;
}

/** US dollars of one response; undefined when the price is unknown, which is not the same as free. */
export function costOf(usage: Usage, price: Price | undefined): number | undefined {
  if (!price) return undefined;
  const rates = ratesOf(price, promptTokens(usage));
  const written1h = usage.cacheCreation1hTokens ?? 0;
  return (
    (usage.inputTokens * rates.input +
      usage.outputTokens * rates.output +
      (usage.cacheCreationTokens - written1h) * rates.cacheWrite5m +
      written1h * rates.cacheWrite1h +
      usage.cacheReadTokens * rates.cacheRead) /
    1_000_000
  );
}

export const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };

/** Of two responses together. */
export function addUsage(a: Usage, b: Usage): Usage {
  const oneHour = (a.cacheCreation1hTokens ?? 0) + (b.cacheCreation1hTokens ?? 0);
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheCreationTokens: a.cacheCreationTokens + b.cacheCreationTokens,
    ...(oneHour === 0 ? {} : { cacheCreation1hTokens: oneHour }),
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
  };
}
