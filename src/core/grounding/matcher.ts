/** How much of a question the words of a text hold. Made for one question, whose words it looks up once each. */
import type { WeighedConcept } from './scoring.ts';
import { eachWord, termsOfWord } from './terms.ts';

/** Which word of the question a term stands for, and how much. */
interface Match {
  concept: number;
  share: number;
}

const none: readonly Match[] = [];

export class Matcher {
  readonly concepts: readonly WeighedConcept[];
  readonly #byTerm = new Map<string, Match[]>();
  /** By word as it is written, so that a word that comes again is not taken apart again. */
  readonly #byWord = new Map<string, readonly Match[]>();

  constructor(concepts: readonly WeighedConcept[]) {
    this.concepts = concepts;
    for (const [concept, { shares }] of concepts.entries()) {
      for (const [term, share] of shares) {
        const known = this.#byTerm.get(term);
        if (known) known.push({ concept, share });
        else this.#byTerm.set(term, [{ concept, share }]);
      }
    }
  }

  /** Adds up what the text says of each word of the question; false where it says nothing of any. */
  add(text: string, sums: Float64Array): boolean {
    let isFound = false;
    eachWord(text, (word) => {
      for (const { concept, share } of this.#of(word)) {
        sums[concept] = (sums[concept] ?? 0) + share;
        isFound = true;
      }
    });
    return isFound;
  }

  /** Of each word of the question the most that a single word of the text says. */
  most(text: string, found: Float64Array): void {
    eachWord(text, (word) => {
      for (const { concept, share } of this.#of(word)) found[concept] = Math.max(found[concept] ?? 0, share);
    });
  }

  #of(word: string): readonly Match[] {
    const known = this.#byWord.get(word);
    if (known) return known;
    const matches = termsOfWord(word).flatMap((term) => this.#byTerm.get(term) ?? none);
    this.#byWord.set(word, matches.length === 0 ? none : matches);
    return matches;
  }
}
