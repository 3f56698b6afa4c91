/** Counts tokens by Claude's published vocabulary; newer models differ by a factor that is learned elsewhere. */
import { createHash } from 'node:crypto';
import { Tokenizer } from 'ai-tokenizer';
import { binaryEncoder, name, pat_str, special_tokens, stringEncoder } from 'ai-tokenizer/encoding/claude';

/** About 10 MB of hashes; a long session has some thousand texts. */
const rememberedTexts = 50_000;
/** Pieces of words the tokenizer remembers by itself. */
const rememberedPieces = 20_000;
/**
 * Merging takes time by the square of a piece's length, and a piece is as long as the text has no break (16,000
 * letters took 0.1 s). Cutting a run this long changes its count by less than one in a hundred.
 */
const longestRun = 400;
const longRuns = new RegExp(`(\\S{${longestRun},}|\\s{${longestRun},})`);
const pieces = new RegExp(`[^]{1,${longestRun}}`, 'g');

export class ClaudeVocabulary {
  // Decoding is not needed, and its table is as large as the vocabulary.
  readonly #tokenizer = new Tokenizer(
    { name, pat_str, special_tokens, stringEncoder, binaryEncoder, decoder: {} },
    undefined,
    rememberedPieces,
  );
  readonly #counts = new Map<string, number>();

  /** One count for each text, in order. */
  count(texts: readonly string[]): number[] {
    return texts.map((text) => this.#counted(text));
  }

  #counted(text: string): number {
    const key = createHash('sha1').update(text).digest('base64');
    const tokens = this.#counts.get(key) ?? this.#measure(text);
    // Moved to the end, so that the first key is the one unused for longest.
    this.#counts.delete(key);
    this.#counts.set(key, tokens);
    if (this.#counts.size > rememberedTexts) {
      const oldest = this.#counts.keys().next();
      if (!oldest.done) this.#counts.delete(oldest.value);
    }
    return tokens;
  }

  #measure(text: string): number {
    let tokens = 0;
    // Splitting by a group puts what matched at the odd places.
    for (const [place, stretch] of text.split(longRuns).entries()) {
      const parts = place % 2 === 1 ? (stretch.match(pieces) ?? []) : [stretch];
      // Names of special tokens are ordinary text when somebody writes them, hence `all`.
      for (const part of parts) tokens += this.#tokenizer.encode(part, 'all').length;
    }
    return tokens;
  }
}
