/** A text by its lines, with the place of each, so that what is quoted is the text itself. */

const newline = 10;
const carriageReturn = 13;
/** In `#indentations`: not looked at yet. */
const unknown = -2;

export class Lines {
  readonly text: string;
  /** Where each line begins. */
  readonly #starts: number[] = [0];
  #indentations: Int32Array | undefined;

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

  /** Characters before the first of line `number` that is no white space; -1 for a blank line. */
  indentationOf(number: number): number {
    const at = number - 1;
    if (at < 0 || at >= this.#starts.length) return -1;
    this.#indentations ??= new Int32Array(this.#starts.length).fill(unknown);
    const known = this.#indentations[at] ?? unknown;
    if (known !== unknown) return known;
    const start = this.#starts[at] ?? 0;
    const end = this.#starts[number] ?? this.text.length;
    let first = start;
    while (first < end && isSpace(this.text, first)) first++;
    const found = first === end ? -1 : first - start;
    this.#indentations[at] = found;
    return found;
  }

  /** What line `number` begins with after its white space, `length` characters at most; empty for a blank line. */
  opening(number: number, length: number): string {
    const indentation = this.indentationOf(number);
    if (indentation < 0) return '';
    const start = (this.#starts[number - 1] ?? 0) + indentation;
    return this.text.slice(start, Math.min(start + length, this.#starts[number] ?? this.text.length));
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

/** As `\s` has it. */
function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return code === 32 || (code >= 9 && code <= 13);
  return code === 0xa0 || (code >= 0x1680 && /\s/.test(text.charAt(at)));
}
