/**
 * The API gives each cited stretch of an answer as a text block of its own, in the middle of a sentence too. Here they
 * become one text again, with a mark behind each stretch. Holds the state of one response; no I/O.
 * Source: https://platform.claude.com/docs/en/build-with-claude/search-results.
 */
import type Anthropic from '@anthropic-ai/sdk';
import { citationMark } from '../../../protocol/citationMarks.ts';
import type { Citation } from '../../../protocol/content.ts';
import { citableParts } from '../../grounding/citable.ts';
import type { ProviderEvent, QuotedPassage } from '../provider.ts';

export class CitedText {
  readonly #passages: readonly QuotedPassage[];
  readonly #known = new Map<string, Citation>();
  /** Marks that are due when the stretch ends. */
  readonly #due: Citation[] = [];
  /** The block that a run of text blocks is told as. */
  #run: number | undefined;
  /** Space at the end of what was told: a mark stands before it. */
  #space = '';
  /** The last line that was told. */
  #line = '';
  /** Citations that the run has told of. */
  readonly #told = new Set<Citation>();

  /** In the order in which they were sent. */
  constructor(passages: readonly QuotedPassage[]) {
    this.#passages = passages;
  }

  *text(block: number, text: string): Generator<ProviderEvent> {
    // Where nothing can be cited, blocks are what the model made them.
    if (this.#passages.length === 0) return yield { type: 'text', block, text };
    this.#run ??= block;
    const whole = this.#space + text;
    const told = whole.trimEnd();
    this.#space = whole.slice(told.length);
    if (told === '') return;
    this.#line = `${this.#line}${told}`.split('\n').at(-1) ?? '';
    yield { type: 'text', block: this.#run, text: told };
  }

  cite(citation: Anthropic.Messages.CitationsDelta['citation']): void {
    if (citation.type !== 'search_result_location') return;
    const passage = this.#passages[citation.search_result_index];
    if (!passage) return;
    const parts = citableParts(passage).slice(citation.start_block_index, citation.end_block_index);
    const [first] = parts;
    const last = parts.at(-1);
    if (!first || !last) return;
    const { uri, path } = passage.place;
    const key = `${uri}:${first.startLine}-${last.endLine}`;
    const known = this.#known.get(key) ?? {
      index: this.#known.size + 1,
      uri,
      path,
      startLine: first.startLine,
      endLine: last.endLine,
      quote: parts.map(({ text }) => text).join(''),
    };
    this.#known.set(key, known);
    if (!this.#due.includes(known)) this.#due.push(known);
  }

  /** A block has ended: what it cites stands behind it. */
  *stop(): Generator<ProviderEvent> {
    if (this.#due.length === 0) return;
    const block = this.#run ?? 0;
    const marks = this.#due.map(({ index }) => citationMark(index) ?? '').join('');
    // Behind the end of a code block on the same line it would be no end any more.
    const apart = /^\s*(?:`{3,}|~{3,})/.test(this.#line) ? '\n\n' : '';
    if (marks !== '') yield { type: 'text', block, text: `${apart}${marks}` };
    for (const citation of this.#due.splice(0)) {
      if (!this.#told.has(citation)) yield { type: 'citation', block, citation };
      this.#told.add(citation);
    }
  }

  /** What is no text begins: the run is over. */
  *other(): Generator<ProviderEvent> {
    if (this.#run !== undefined && this.#space !== '')
      yield { type: 'text', block: this.#run, text: this.#space };
    this.#run = undefined;
    this.#space = '';
    this.#line = '';
    this.#told.clear();
  }
}
