import type { ModelInfo } from '../providers/provider.ts';

/** One response moves the factor by this share of the way, so that a single odd count cannot spoil it. */
const pace = 0.3;
/** Vocabularies in use differ by less than this from the one counted with; beyond lies a wrong reading. */
const bounds = { least: 0.6, most: 2.5 };
/** Short prompts are mostly framing and say little about the vocabulary. */
const leastTokens = 200;

/** How many tokens of a model stand for one of the local counter, learned from what responses report. */
export class TokenFactors {
  readonly #learned = new Map<string, number>();

  of(model: Pick<ModelInfo, 'provider' | 'id' | 'tokenFactor'>): number {
    return this.#learned.get(`${model.provider}/${model.id}`) ?? model.tokenFactor;
  }

  /** `estimated` is what the report said for the request, `actual` what the response's usage says. */
  learn(model: Pick<ModelInfo, 'provider' | 'id' | 'tokenFactor'>, estimated: number, actual: number): void {
    if (estimated < leastTokens || actual < leastTokens) return;
    const used = this.of(model);
    const seen = Math.min(bounds.most, Math.max(bounds.least, (used * actual) / estimated));
    this.#learned.set(`${model.provider}/${model.id}`, used + (seen - used) * pace);
  }
}
