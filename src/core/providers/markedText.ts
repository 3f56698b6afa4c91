/**
 * Reads the numbers by which an answer cites passages, checks them, and puts the marks of citations in their places.
 * What stands in code, or is a link of Markdown, is no number. Holds the state of one response; no I/O.
 */
import { citationMark } from '../../protocol/citationMarks.ts';
import type { Citation } from '../../protocol/content.ts';
import type { ProviderEvent, QuotedPassage } from './provider.ts';

/** The answer with marks and citations, where there is something it can cite. */
export async function* cited(
  events: AsyncIterable<ProviderEvent>,
  passages: readonly QuotedPassage[],
): AsyncGenerator<ProviderEvent, void, undefined> {
  if (passages.length === 0) return yield* events;
  const marked = new MarkedText(passages);
  for await (const event of events) {
    if (event.type === 'text') yield* marked.text(event.block, event.text);
    else {
      // A block of another kind begins, or the answer is over: what was held is text.
      if (event.type !== 'usage') yield* marked.end();
      yield event;
    }
  }
}

/** As long as `isOpen` waits for, so that it does not matter how a text is cut. */
const marker = /^\[(?=[\d\s,]{1,40}\])(\d{1,4}(?:\s*,\s*\d{1,4})*)\]/;
/** What a model makes up continues the numbers it was given; a larger number in brackets is meant, as a year is. */
const mostMadeUp = 30;
/** Scripts that put no space between words, so that a number stands directly behind one. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]$/u;
/** What an index can stand behind: a name, or a call. */
const indexable = /[\p{L}\p{N}_$](?:\([^()]*\))?$/u;
/** Whether what comes next decides if a text begins with a marker. */
const isOpen = (text: string): boolean => /^\[[\d\s,]{0,40}\]?$/.test(text);

export class MarkedText {
  readonly #passages: readonly QuotedPassage[];
  /** By the number of the passage, in the order in which they were cited first. */
  readonly #known = new Map<number, Citation>();
  readonly #told = new Set<Citation>();
  #block = 0;
  /** Not told yet, since what follows decides what it is. */
  #held = '';
  /** The line so far, as the model wrote it. */
  #line = '';
  /** Where in the line the last marker ended. */
  #markerEnd = -1;
  /** The signs that opened a block of code. */
  #fence = '';
  /** The backticks that opened a stretch of code within a line. */
  #ticks = '';

  constructor(passages: readonly QuotedPassage[]) {
    this.#passages = passages;
  }

  *text(block: number, text: string): Generator<ProviderEvent> {
    if (block !== this.#block) {
      yield* this.end();
      this.#block = block;
      this.#told.clear();
      this.#line = '';
      this.#markerEnd = -1;
    }
    yield* this.#read(this.#held + text, false);
  }

  *end(): Generator<ProviderEvent> {
    yield* this.#read(this.#held, true);
    this.#fence = '';
    this.#ticks = '';
  }

  *#read(text: string, isLast: boolean): Generator<ProviderEvent> {
    let told = '';
    const cites: Citation[] = [];
    let at = 0;
    this.#held = '';
    while (at < text.length) {
      const rest = text.slice(at);
      const [run = ''] = /^(?:`+|~+|[ \t]+)/.exec(rest) ?? [];
      // A run may grow, and blanks before a number that is dropped go with it.
      const isBlank = /^[ \t]/.test(run);
      const next = rest.slice(run.length);
      if (run !== '' && !isLast && (next === '' || (isBlank && isOpen(next)))) break;
      if (run !== '') {
        this.#code(run);
        told += this.#take(run);
        at += run.length;
        continue;
      }
      if (rest.startsWith('[') && this.#fence === '' && this.#ticks === '') {
        if (isOpen(rest) && !isLast) break;
        const [whole = '', numbers = ''] = marker.exec(rest) ?? [];
        const found = whole === '' ? undefined : this.#cited(numbers, rest[whole.length]);
        if (found) {
          const marks = found.map(({ index }) => citationMark(index) ?? '').join('');
          told = found.length === 0 ? told.replace(/[ \t]+$/, '') : told + marks;
          cites.push(...found);
          this.#line += whole;
          this.#markerEnd = this.#line.length;
          at += whole.length;
          continue;
        }
      }
      told += this.#take(rest[0] ?? '');
      at++;
    }
    this.#held = text.slice(at);
    if (told !== '') yield { type: 'text', block: this.#block, text: told };
    for (const citation of cites) {
      if (!this.#told.has(citation)) yield { type: 'citation', block: this.#block, citation };
      this.#told.add(citation);
    }
  }

  #take(part: string): string {
    if (part === '\n') {
      // A stretch of code that is not closed within its paragraph was none.
      if (this.#line.trim() === '') this.#ticks = '';
      this.#line = '';
      this.#markerEnd = -1;
    } else this.#line += part;
    return part;
  }

  /** Follows where code begins and ends. */
  #code(run: string): void {
    const sign = run[0] ?? '';
    if (sign !== '`' && sign !== '~') return;
    const opensLine = this.#line.trim() === '';
    if (this.#fence !== '') {
      if (opensLine && sign === this.#fence[0] && run.length >= this.#fence.length) this.#fence = '';
    } else if (opensLine && run.length >= 3 && this.#ticks === '') this.#fence = run;
    else if (sign === '`') {
      if (this.#ticks === '') this.#ticks = run;
      else if (this.#ticks === run) this.#ticks = '';
    }
  }

  /** `[1](…)` is a link, `[1]: …` says where one leads, `![1]` is a picture, and `\[1]` is meant as it stands. */
  #isMarkdown(next: string | undefined): boolean {
    if (next === '(' || /[!\\]$/.test(this.#line)) return true;
    return next === ':' && this.#line.trim() === '';
  }

  /**
   * What the numbers of a marker cite; nothing for one that is to be dropped, and undefined where they are no marker.
   * Brackets with numbers are also lists and indexes, which have to stay.
   */
  #cited(numbers: string, next: string | undefined): Citation[] | undefined {
    if (this.#isMarkdown(next) || this.#isIndex()) return undefined;
    const all = numbers.split(',').map(Number);
    if (all.every((number) => this.#passages[number - 1]))
      return all.flatMap((number) => this.#citation(number) ?? []);
    const [first = 0, ...others] = all;
    const isAlone = others.length === 0 && /[ \t]$/.test(this.#line) && !/^[\p{L}\p{N}_]/u.test(next ?? '');
    return isAlone && first >= 1 && first <= mostMadeUp ? [] : undefined;
  }

  #isIndex(): boolean {
    if (this.#line.endsWith(']')) return this.#line.length !== this.#markerEnd;
    return indexable.test(this.#line) && !unspaced.test(this.#line);
  }

  #citation(number: number): Citation | undefined {
    const passage = this.#passages[number - 1];
    if (!passage) return undefined;
    const known = this.#known.get(number);
    if (known) return known;
    const { uri, path, startLine, endLine } = passage.place;
    const citation = { index: this.#known.size + 1, uri, path, startLine, endLine, quote: passage.text };
    this.#known.set(number, citation);
    return citation;
  }
}
