/** Every term of a workspace under a number, and found again by how it begins. */

/** Letters by which terms are grouped: as many as the shortest beginning that is asked for. */
const shortestPrefix = 3;
const isWord = (term: string) => /^[a-z]+$/.test(term) && term.length >= shortestPrefix;

export class Vocabulary {
  readonly #numbers = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #beginnings = new Map<string, number[]>();

  get size(): number {
    return this.#terms.length;
  }

  /** The number of a term that is known. */
  find(term: string): number | undefined {
    return this.#numbers.get(term);
  }

  term(number: number): string {
    return this.#terms[number] ?? '';
  }

  /** The number of a term, which is known from now on. */
  number(term: string): number {
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#terms.length;
    this.#numbers.set(term, number);
    this.#terms.push(term);
    if (isWord(term)) {
      const beginning = term.slice(0, shortestPrefix);
      const alike = this.#beginnings.get(beginning);
      if (alike) alike.push(number);
      else this.#beginnings.set(beginning, [number]);
    }
    return number;
  }

  /** Words that begin with a word or are the beginning of it, but for the word itself. */
  *sharingBeginning(word: string): Generator<string> {
    if (!isWord(word)) return;
    for (const number of this.#beginnings.get(word.slice(0, shortestPrefix)) ?? []) {
      const term = this.term(number);
      if (term !== word && (term.startsWith(word) || word.startsWith(term))) yield term;
    }
  }
}
