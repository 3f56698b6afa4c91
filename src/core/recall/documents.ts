/** What the index keeps of each document beside its words: columns by number, and who stands next to whom. */
import { wholeWord } from './analysis.ts';
import { type Column, type ColumnReader, DamagedBytes } from './columns.ts';
import type { KnownDocument, RecallDocument, RecallRole } from './document.ts';
import { Grown } from './grown.ts';
import { Ids } from './ids.ts';
import { Texts } from './texts.ts';

/** After so long a pause people talk about something else. */
const pauseMs = 6 * 3_600_000;
/** Entries between two turns of a session, such as tool calls; a larger gap is another session. */
const entriesBetween = 64;

/** No document. */
export const none = -1;

/** What `marks` are made of. */
const instructs = 1;
/** A user takes up an answer in it. */
export const replies = 2;
/** A user said it. */
export const fromUser = 4;

const roles: readonly RecallRole[] = ['user', 'assistant', 'tool', 'frame', 'note'];
const assistant = roles.indexOf('assistant');

export interface IndexedDocument extends Omit<RecallDocument, 'text'> {
  /** Words of the text; where they are code, each counts a quarter. */
  length: number;
  /** Whether a standing instruction to the assistant is in it. */
  instructs: boolean;
  /** Whether it begins as a reply to an answer, such as "Thanks, …". */
  replies: boolean;
}

/** The columns of documents as they are stored. */
interface Stored {
  ids: Texts;
  seqs: Uint32Array;
  /** Not a number where nobody knows. */
  times: Float64Array;
  roles: Uint8Array;
  marks: Uint8Array;
  quarters: Uint32Array;
  names: Texts;
  /** Places among the names, counted from 1; 0 for none. */
  speakers: Uint16Array;
  /** The documents that stand for others, and where the ids of those end. */
  covering: Uint32Array;
  coverEnds: Uint32Array;
  covered: Texts;
}

export class Documents {
  readonly #ids = new Ids();
  readonly #seqs = new Grown((length) => new Uint32Array(length));
  readonly #times = new Grown((length) => new Float64Array(length));
  readonly #roles = new Grown((length) => new Uint8Array(length));
  readonly #marks = new Grown((length) => new Uint8Array(length));
  readonly #quarters = new Grown((length) => new Uint32Array(length));
  readonly #speakers = new Grown((length) => new Uint16Array(length));
  readonly #previous = new Grown((length) => new Int32Array(length));
  readonly #next = new Grown((length) => new Int32Array(length));
  readonly #names: string[] = [];
  readonly #covers = new Map<number, readonly string[]>();
  readonly #instructing: number[] = [];
  readonly #notes: number[] = [];
  #lastTurn = none;
  /** Quarters of words. */
  #totalLength = 0;
  #latest: number | undefined;
  #hasAssistant = false;

  add(document: IndexedDocument): void {
    const { id, seq, at, role, covers, speaker } = document;
    this.#ids.push(id);
    this.#seqs.push(seq);
    this.#times.push(at ?? Number.NaN);
    this.#roles.push(roles.indexOf(role));
    this.#marks.push(
      (document.instructs ? instructs : 0) |
        (document.replies ? replies : 0) |
        (role === 'user' ? fromUser : 0),
    );
    this.#quarters.push(Math.round(document.length * wholeWord));
    this.#speakers.push(speaker === undefined ? 0 : this.#nameOf(speaker));
    if (covers !== undefined) this.#covers.set(this.size - 1, covers);
    this.#take(this.size - 1);
  }

  /** Adds what `columns` has written. Throws `DamagedBytes`, and has then added nothing. */
  static read(reader: ColumnReader): Stored {
    const stored: Stored = {
      ids: Texts.read(reader),
      seqs: reader.uint32(),
      times: reader.float64(),
      roles: reader.uint8(),
      marks: reader.uint8(),
      quarters: reader.uint32(),
      names: Texts.read(reader),
      speakers: reader.uint16(),
      covering: reader.uint32(),
      coverEnds: reader.uint32(),
      covered: Texts.read(reader),
    };
    const { size } = stored.ids;
    const { seqs, times, marks, quarters, speakers, covering, coverEnds, covered } = stored;
    const columns = [seqs, times, stored.roles, marks, quarters, speakers];
    if (columns.some(({ length }) => length !== size)) throw new DamagedBytes('a document is cut off');
    if (covering.length !== coverEnds.length || (coverEnds.at(-1) ?? 0) !== covered.size)
      throw new DamagedBytes('what a note stands for is cut off');
    if (stored.roles.some((role) => role >= roles.length)) throw new DamagedBytes('a role is not known');
    return stored;
  }

  append(stored: Stored): void {
    const first = this.size;
    this.#ids.attach(stored.ids);
    this.#seqs.append(stored.seqs);
    this.#times.append(stored.times);
    this.#roles.append(stored.roles);
    this.#marks.append(stored.marks);
    this.#quarters.append(stored.quarters);
    const names = stored.names.all().map((name) => this.#nameOf(name));
    this.#speakers.append(
      names.length === 0
        ? stored.speakers
        : stored.speakers.map((place) => (place === 0 ? 0 : (names[place - 1] ?? 0))),
    );
    const covered = stored.covered.all();
    for (const [at, document] of stored.covering.entries())
      this.#covers.set(
        first + document,
        covered.slice(at === 0 ? 0 : stored.coverEnds[at - 1], stored.coverEnds[at]),
      );
    for (let index = first; index < this.size; index++) this.#take(index);
  }

  /** The documents from `from` to before `to`. */
  columns(from: number, to: number): Column[] {
    const places = Array.from({ length: to - from }, (_, offset) => from + offset);
    const covering = places.filter((index) => this.#covers.has(index));
    const coverEnds: number[] = [];
    for (const index of covering)
      coverEnds.push((coverEnds.at(-1) ?? 0) + (this.#covers.get(index)?.length ?? 0));
    const speakers = this.#speakers.values.subarray(from, to);
    const names = [...new Set(speakers)].filter((name) => name !== 0).sort((a, z) => a - z);
    return [
      ...Texts.of(places.map((index) => this.#ids.at(index))).columns,
      this.#seqs.values.subarray(from, to),
      this.#times.values.subarray(from, to),
      this.#roles.values.subarray(from, to),
      this.#marks.values.subarray(from, to),
      this.#quarters.values.subarray(from, to),
      ...Texts.of(names.map((name) => this.#names[name - 1] ?? '')).columns,
      speakers.map((name) => names.indexOf(name) + 1),
      Uint32Array.from(covering, (index) => index - from),
      Uint32Array.from(coverEnds),
      ...Texts.of(covering.flatMap((index) => this.#covers.get(index) ?? [])).columns,
    ];
  }

  get size(): number {
    return this.#seqs.size;
  }

  get averageLength(): number {
    return Math.max(1, this.#totalLength / wholeWord / Math.max(1, this.size));
  }

  /** When the newest document was said; undefined where none says when. */
  get latest(): number | undefined {
    return this.#latest;
  }

  /** Everyone who spoke under a name; a speaker's place counts from 1. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Whether anybody is an assistant; where all are people, nobody is instructed and "thanks" is talk. */
  get hasAssistant(): boolean {
    return this.#hasAssistant;
  }

  /** Documents that instruct the assistant; none where nobody is one. */
  get instructing(): readonly number[] {
    return this.#hasAssistant ? this.#instructing : [];
  }

  get notes(): readonly number[] {
    return this.#notes;
  }

  /** Throws `RangeError` for an index that no document has. */
  at(index: number): KnownDocument {
    if (!(index >= 0 && index < this.size))
      throw new RangeError(`There is no document ${index} among ${this.size}.`);
    const at = this.#times.at(index);
    const covers = this.#covers.get(index);
    return {
      id: this.#ids.at(index),
      seq: this.#seqs.at(index),
      role: this.role(index),
      ...(Number.isNaN(at) ? {} : { at }),
      ...(covers === undefined ? {} : { covers }),
    };
  }

  id(index: number): string {
    return this.#ids.at(index);
  }

  role(index: number): RecallRole {
    return roles[this.#roles.at(index)] ?? 'note';
  }

  /** Columns by number, for whoever goes through all of them; longer than there are documents. */
  get all() {
    return {
      seqs: this.#seqs.values,
      /** Not a number where nobody knows when it was said. */
      times: this.#times.values,
      marks: this.#marks.values,
      /** Quarters of words. */
      quarters: this.#quarters.values,
      speakers: this.#speakers.values,
      /** The turn said just before in the same sitting, or `none`. */
      previous: this.#previous.values,
      /** The turn said just after in the same sitting, or `none`. */
      next: this.#next.values,
    };
  }

  /** The turns a note or frame stands for, as far as they are here. */
  covered(note: number): number[] {
    return (this.#covers.get(note) ?? []).flatMap((id) => this.#ids.placeOf(id) ?? []);
  }

  #nameOf(name: string): number {
    const known = this.#names.indexOf(name);
    return known >= 0 ? known + 1 : this.#names.push(name);
  }

  /** What follows from a document whose columns are here. */
  #take(index: number): void {
    const role = this.#roles.at(index);
    if ((this.#marks.at(index) & instructs) !== 0) this.#instructing.push(index);
    if (role === assistant) this.#hasAssistant = true;
    this.#totalLength += this.#quarters.at(index);
    const at = this.#times.at(index);
    if (!Number.isNaN(at)) this.#latest = Math.max(this.#latest ?? at, at);
    this.#next.push(none);
    this.#previous.push(none);
    if (roles[role] === 'note' || roles[role] === 'frame') this.#notes.push(index);
    else this.#follow(index, at);
  }

  #follow(index: number, at: number): void {
    const last = this.#lastTurn;
    if (last !== none) {
      const apart = this.#seqs.at(index) - this.#seqs.at(last);
      const pause = at - this.#times.at(last);
      if (apart > 0 && apart <= entriesBetween && !(pause > pauseMs)) {
        this.#previous.values[index] = last;
        this.#next.values[last] = index;
      }
    }
    this.#lastTurn = index;
  }
}
