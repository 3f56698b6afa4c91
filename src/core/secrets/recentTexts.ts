/** What is known of texts that were seen of late. Pure. */

export interface TextBounds {
  texts: number;
  /** Of all texts together, as JavaScript counts them. */
  characters: number;
}

/**
 * Two halves: when the newer one is full it becomes the older one, and what is asked for moves to the newer. So what is
 * in use stays, and no order has to be kept up with each question.
 */
export class RecentTexts<T> {
  readonly #half: TextBounds;
  #newer = new Map<string, T>();
  #older = new Map<string, T>();
  #characters = 0;

  /** Never more than the bounds are kept, but for one text that is longer than half of them. */
  constructor(bounds: TextBounds) {
    this.#half = { texts: bounds.texts / 2, characters: bounds.characters / 2 };
  }

  get(text: string): T | undefined {
    const newer = this.#newer.get(text);
    if (newer !== undefined) return newer;
    const older = this.#older.get(text);
    if (older !== undefined) this.set(text, older);
    return older;
  }

  set(text: string, known: T): void {
    if (!this.#newer.has(text)) {
      const { texts, characters } = this.#half;
      if (this.#newer.size >= texts || this.#characters + text.length > characters) this.#turn();
      this.#characters += text.length;
    }
    this.#newer.set(text, known);
    this.#older.delete(text);
  }

  clear(): void {
    this.#turn();
    this.#older = new Map();
  }

  #turn(): void {
    this.#older = this.#newer;
    this.#newer = new Map();
    this.#characters = 0;
  }
}
