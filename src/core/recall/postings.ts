/**
 * Which documents hold which terms. Documents that were just added lie in lists that grow; stretches of them are closed
 * into columns, as they are also stored and loaded.
 */
import { lastAtMost } from './grown.ts';
import { type TermList, TermLists, termOf } from './termLists.ts';

/** Lists that grow take several times the memory of closed ones; many short stretches make looking terms up slow. */
const stretchSize = 1024;
/** As many are worth a stretch of their own where nobody is about to add more. */
const leastSettled = 128;

/** Documents that hold a term, from `start` to before `end`. */
export interface PostingList {
  /** Added to each of `documents`. */
  first: number;
  documents: ArrayLike<number>;
  counts: ArrayLike<number>;
  start: number;
  end: number;
}

/** Where a term was found, in the order of the documents. */
export interface FoundTerm {
  /** Documents that hold it. */
  frequency: number;
  lists: readonly PostingList[];
}

interface Stretch {
  first: number;
  lists: TermLists;
}

export class Postings {
  readonly #closed: Stretch[] = [];
  #open = new Map<string, TermList>();
  #openFirst = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How often a document holds each of its terms, at most 255. */
  add(counts: Iterable<readonly [string, number]>): void {
    const document = this.#size - this.#openFirst;
    for (const [term, count] of counts) {
      const list = this.#open.get(term);
      if (list) {
        list.documents.push(document);
        list.counts.push(count);
      } else this.#open.set(term, { documents: [document], counts: [count] });
    }
    this.#size += 1;
    if (this.#size - this.#openFirst === stretchSize) this.#close();
  }

  /** The lists of the next `size` documents. */
  attach(lists: TermLists, size: number): void {
    this.#close();
    this.#closed.push({ first: this.#size, lists });
    this.#size += size;
    this.#openFirst = this.#size;
  }

  /** Gives back the memory of lists that grow, unless they are short. */
  settle(): void {
    if (this.#size - this.#openFirst >= leastSettled) this.#close();
  }

  find(text: string): FoundTerm {
    const term = termOf(text);
    const lists: PostingList[] = [];
    let frequency = 0;
    for (const { first, lists: closed } of this.#closed) {
      const place = closed.find(term);
      if (place < 0) continue;
      const start = closed.starts[place] ?? 0;
      const end = closed.starts[place + 1] ?? 0;
      lists.push({ first, documents: closed.documents, counts: closed.counts, start, end });
      frequency += end - start;
    }
    const open = this.#open.get(text);
    if (open) {
      lists.push({ first: this.#openFirst, ...open, start: 0, end: open.documents.length });
      frequency += open.documents.length;
    }
    return { frequency, lists };
  }

  /** The lists of the documents from `from` to before `to`, counted from `from`. Throws `RangeError` for too many. */
  read(from: number, to: number): TermLists {
    const result = new Map<string, TermList>();
    const take = (term: () => string, { first, documents, counts, start, end }: PostingList) => {
      let list: TermList | undefined;
      for (let entry = start; entry < end; entry++) {
        const document = first + (documents[entry] ?? 0);
        if (document < from || document >= to) continue;
        list ??= listOf(result, term());
        list.documents.push(document - from);
        list.counts.push(counts[entry] ?? 0);
      }
    };
    for (const [at, { first, lists }] of this.#closed.entries()) {
      if (first >= to || (this.#closed[at + 1]?.first ?? this.#openFirst) <= from) continue;
      const { terms, starts, documents, counts } = lists;
      for (let place = 0; place < terms.size; place++) {
        const [start = 0, end = 0] = [starts[place], starts[place + 1]];
        take(() => terms.at(place), { first, documents, counts, start, end });
      }
    }
    for (const [term, open] of this.#open)
      take(() => term, { first: this.#openFirst, ...open, start: 0, end: open.documents.length });
    return TermLists.of(result, Math.max(0, to - from));
  }

  #close(): void {
    if (this.#size > this.#openFirst) {
      const lists = TermLists.of(this.#open, this.#size - this.#openFirst);
      this.#closed.push({ first: this.#openFirst, lists });
    }
    this.#open = new Map();
    this.#openFirst = this.#size;
  }
}

/** Whether a document holds the term. */
export function holdsTerm({ lists }: FoundTerm, document: number): boolean {
  const at = lastAtMost(lists.length, (place) => lists[place]?.first ?? 0, document);
  const list = lists[at];
  if (!list) return false;
  const { first, documents, start, end } = list;
  const wanted = document - first;
  const place = start + lastAtMost(end - start, (entry) => documents[start + entry] ?? 0, wanted);
  return place >= start && documents[place] === wanted;
}

function listOf(lists: Map<string, TermList>, term: string): TermList {
  const known = lists.get(term);
  if (known) return known;
  const list: TermList = { documents: [], counts: [] };
  lists.set(term, list);
  return list;
}
