/** A text by its lines, with the place of each, so that what is quoted is the text itself. */

const newline = 10;
const carriageReturn = 13;

export class Lines {
  readonly text: string;
  /** Where each line begins. */
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
    // A line break at the end ends the last line; it does not begin another one.
    if (this.#starts.length > 1 && this.#starts.at(-1) === text.length) this.#starts.pop();
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Line `number` (from 1) without its line break. */
  line(number: number): string {
    return this.slice(number, number);
  }

  /** Lines `first` to `last`, both included, exactly as they are in the text, without the last line break. */
  slice(first: number, last: number): string {
    const start = this.#starts[first - 1] ?? this.text.length;
    const end = this.#starts[last] ?? this.text.length;
    // Compared by hand, as this runs for every line of every file.
    if (end <= start || this.text.charCodeAt(end - 1) !== newline) return this.text.slice(start, end);
    const before = end - 2 >= start && this.text.charCodeAt(end - 2) === carriageReturn ? 2 : 1;
    return this.text.slice(start, end - before);
  }
}
