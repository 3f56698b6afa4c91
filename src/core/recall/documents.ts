/** What the index keeps of each document beside its words: columns by number, and who stands next to whom. */
import type { KnownDocument } from './document.ts';
import type { IndexedDocument } from './run.ts';

/** After so long a pause people talk about something else. */
const pauseMs = 6 * 3_600_000;
/** Entries between two turns of a session, such as tool calls; a larger gap is another session. */
const entriesBetween = 64;

/** No document. */
export const none = -1;

export class Documents {
  readonly #known: KnownDocument[] = [];
  readonly #lengths: number[] = [];
  readonly #users: boolean[] = [];
  readonly #replying: boolean[] = [];
  readonly #speakers: (string | undefined)[] = [];
  readonly #instructing = new Set<number>();
  readonly #previous: number[] = [];
  readonly #next: number[] = [];
  readonly #notes: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #names = new Set<string>();
  #lastTurn = none;
  #totalLength = 0;
  #latest: number | undefined;
  #hasAssistant = false;

  add({ id, seq, role, at, covers, ...document }: IndexedDocument): void {
    const index = this.size;
    const known: KnownDocument = {
      id,
      seq,
      role,
      ...(at === undefined ? {} : { at }),
      ...(covers === undefined ? {} : { covers }),
    };
    this.#known.push(known);
    this.#lengths.push(document.length);
    this.#users.push(role === 'user');
    this.#replying.push(document.replies);
    this.#speakers.push(document.speaker);
    if (document.instructs) this.#instructing.add(index);
    if (document.speaker !== undefined) this.#names.add(document.speaker);
    if (role === 'assistant') this.#hasAssistant = true;
    this.#numbers.set(id, index);
    this.#totalLength += document.length;
    if (at !== undefined) this.#latest = Math.max(this.#latest ?? at, at);
    this.#next.push(none);
    this.#previous.push(none);
    if (role === 'note' || role === 'frame') this.#notes.push(index);
    else this.#follow(index, known);
  }

  get size(): number {
    return this.#known.length;
  }

  get averageLength(): number {
    return Math.max(1, this.#totalLength / Math.max(1, this.size));
  }

  /** When the newest document was said; undefined where none says when. */
  get latest(): number | undefined {
    return this.#latest;
  }

  /** Everyone who spoke under a name. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Whether anybody is an assistant; where all are people, nobody is instructed and "thanks" is talk. */
  get hasAssistant(): boolean {
    return this.#hasAssistant;
  }

  /** Documents that instruct the assistant; none where nobody is one. */
  get instructing(): ReadonlySet<number> {
    return this.#hasAssistant ? this.#instructing : new Set();
  }

  get notes(): readonly number[] {
    return this.#notes;
  }

  /** Throws `RangeError` for an index that no document has. */
  at(index: number): KnownDocument {
    const document = this.#known[index];
    if (!document) throw new RangeError(`There is no document ${index} among ${this.size}.`);
    return document;
  }

  length(index: number): number {
    return this.#lengths[index] ?? 0;
  }

  isUser(index: number): boolean {
    return this.#users[index] ?? false;
  }

  /** Whether a user takes up an answer in it. */
  replies(index: number): boolean {
    return this.#replying[index] ?? false;
  }

  speaker(index: number): string | undefined {
    return this.#speakers[index];
  }

  instructs(index: number): boolean {
    return this.#instructing.has(index);
  }

  /** The turn said just before in the same sitting, or `none`. */
  previous(index: number): number {
    return this.#previous[index] ?? none;
  }

  /** The turn said just after in the same sitting, or `none`. */
  next(index: number): number {
    return this.#next[index] ?? none;
  }

  /** The turns a note or frame stands for, as far as they are here. */
  covered(note: number): number[] {
    return (this.at(note).covers ?? []).flatMap((id) => this.#numbers.get(id) ?? []);
  }

  #follow(index: number, { seq, at }: KnownDocument): void {
    const last = this.#known[this.#lastTurn];
    if (last) {
      const apart = seq - last.seq;
      const pause = at === undefined || last.at === undefined ? 0 : at - last.at;
      if (apart > 0 && apart <= entriesBetween && pause <= pauseMs) {
        this.#previous[index] = this.#lastTurn;
        this.#next[this.#lastTurn] = index;
      }
    }
    this.#lastTurn = index;
  }
}
