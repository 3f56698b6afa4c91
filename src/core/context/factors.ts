/** How many tokens of a model stand for one of the local counter, learned from what responses report. */
import type { TokenFactorRecord } from '../ports.ts';
import type { ModelInfo } from '../providers/provider.ts';

type Named = Pick<ModelInfo, 'provider' | 'id' | 'tokenFactor'>;

/** Vocabularies in use differ by less than this from the one counted with; beyond lies a wrong reading. */
const bounds = { least: 0.6, most: 2.5 };
/** Short prompts are mostly framing and say little about the vocabulary. */
const leastTokens = 200;
/**
 * Readings the factor is the median of. One odd reading moves it not at all and two hardly; a model whose counting
 * changes is followed within three turns.
 */
const window = 5;
/** Error that is reckoned with before anything was learned: the spread of the built-in factors. */
const errorUnlearned = 0.2;
/** Least error that is reckoned with: what rounding and the frames of messages come to. */
const leastError = 0.01;
/** Changes below this are not worth a write: a hundredth of the margin of the budget. */
const leastChange = 0.0005;

interface Reading {
  estimated: number;
  used: number;
  actual: number;
}

interface Learned {
  /** The newest last. */
  readings: number[];
  /** How far each reading was from the factor used, as a share. */
  errors: number[];
  factor: number;
}

export interface TokenFactorsOptions {
  /** Keeps factors between windows; without it they are learned anew. */
  record?: TokenFactorRecord;
  /** Hears of a record that cannot be read or written; counting goes on. */
  onError?(error: unknown): void;
}

export class TokenFactors {
  readonly #options: TokenFactorsOptions;
  readonly #learned = new Map<string, Learned>();
  #loaded: Promise<void> | undefined;

  constructor(options: TokenFactorsOptions = {}) {
    this.#options = options;
  }

  /** Resolves when what earlier windows learned is known. Never rejects. */
  ready(): Promise<void> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  of(model: Named): number {
    return this.#learned.get(nameOf(model))?.factor ?? model.tokenFactor;
  }

  /** By what share an estimate was wrong at most in the last responses of this model. */
  recentError(model: Named): number {
    const errors = this.#learned.get(nameOf(model))?.errors ?? [];
    return errors.length === 0 ? errorUnlearned : Math.max(leastError, ...errors);
  }

  /**
   * `estimated` is what the report said for the request, `used` the factor it was estimated with, `actual` what the API
   * counted.
   */
  learn(model: Named, { estimated, used, actual }: Reading): void {
    if (estimated < leastTokens || actual < leastTokens) return;
    const seen = Math.min(bounds.most, Math.max(bounds.least, (used * actual) / estimated));
    const before = this.#learned.get(nameOf(model)) ?? { readings: [], errors: [], factor: this.of(model) };
    const readings = [...before.readings, seen].slice(-window);
    const factor = median(readings);
    const errors = [...before.errors, Math.abs(seen / used - 1)].slice(-window);
    this.#learned.set(nameOf(model), { readings, errors, factor });
    if (Math.abs(factor - before.factor) < leastChange && before.readings.length > 0) return;
    this.#options.record
      ?.save(nameOf(model), factor)
      .catch((error: unknown) => this.#options.onError?.(error));
  }

  async #load(): Promise<void> {
    try {
      for (const [model, factor] of (await this.#options.record?.load()) ?? []) {
        if (factor < bounds.least || factor > bounds.most || this.#learned.has(model)) continue;
        this.#learned.set(model, { readings: [factor], errors: [], factor });
      }
    } catch (error) {
      this.#options.onError?.(error);
    }
  }
}

const nameOf = (model: Named): string => `${model.provider}/${model.id}`;

/** Of an even number the larger of the middle ones, since too few tokens are refused and too many only wasted. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 1;
}
