/**
 * What can be recalled of one session: its turns in an index, and its tree, since only what stands on the branch of the
 * question may be found. Synchronous and pure; reading the log and keeping bytes is left to whoever holds it.
 */
import type { Entry } from '../../protocol/entries.ts';
import type { RecalledEntry } from '../../protocol/memory.ts';
import { DamagedBytes } from './columns.ts';
import { type Embedded, EmbeddedMeanings } from './embedded.ts';
import { documentsOf } from './entryDocuments.ts';
import { Grown, lastAtMost } from './grown.ts';
import { LogTree, onBranch } from './logTree.ts';
import { mergeHits } from './mergeHits.ts';
import { decodeStretch, encodeStretch, type FrameMark } from './stretch.ts';
import { TurnIndex } from './turnIndex.ts';
import type { WordVectors } from './wordVectors.ts';

/** A frame of more entries says too little of each of them to be counted for it. */
const mostCovered = 256;

export interface SessionQuestion {
  text: string;
  /** What was said just before it. */
  before?: string;
  /** The direction of `text` by an embedding model. */
  embedded?: Embedded;
  /** Ms since the epoch. */
  now: number;
  limit: number;
  /** Last entry of the branch that counts; undefined for the head. */
  leafId: string | undefined;
  except: ReadonlySet<string>;
}

export type SessionHit = Omit<RecalledEntry, 'sessionId'>;

export class SessionIndex {
  readonly #index: TurnIndex;
  readonly #dimensions: number;
  readonly #tree = new LogTree();
  /**
   * For each document of the index, the place of the entry that must stand on the branch: itself, what a note is on, the
   * last that a frame covers.
   */
  readonly #about = new Grown((length) => new Uint32Array(length));
  readonly #frames = new Map<number, FrameMark>();
  readonly #replaced = new Set<string>();
  /** Place of the last entry whose documents have the direction of an embedding model. */
  #embeddedTo = 0;

  constructor(vectors: WordVectors | undefined) {
    this.#dimensions = vectors?.dimensions ?? 0;
    this.#index = new TurnIndex(vectors === undefined ? {} : { vectors });
  }

  /** Place of the last entry that it knows. */
  get lastSeq(): number {
    return this.#tree.lastSeq;
  }

  /** Takes the entries behind `lastSeq` up to that place; those of them that cannot be read are left out. */
  add(entries: readonly Entry[], throughSeq: number): void {
    for (const entry of entries) {
      if (entry.seq <= this.lastSeq || entry.seq > throughSeq) continue;
      this.#addUnreadable(entry.seq - 1);
      const { id, kind, at, parentId } = entry;
      const parent = parentId === null ? 0 : (this.#tree.seqOf(parentId) ?? this.lastSeq);
      this.#tree.add({ id, kind, at, parent });
      if (entry.kind === 'frame') {
        const { active, replacesId } = entry;
        const coversTo = this.#tree.seqOf(entry.covers.toId) ?? 0;
        this.#addFrame({ seq: entry.seq, coversTo, active, replacesId });
      }
      this.#index.add(documentsOf(entry, entry.kind === 'frame' ? this.#covered(entry.covers) : []));
      this.#placeDocuments();
    }
    this.#addUnreadable(throughSeq);
  }

  /** The entries between two places in bytes that `load` takes. */
  encode(fromSeq: number, toSeq: number): Uint8Array {
    const first = this.#firstDocument(fromSeq);
    const end = this.#firstDocument(toSeq + 1);
    return encodeStretch({
      fromSeq,
      dimensions: this.#dimensions,
      entries: this.#tree.part(fromSeq, toSeq),
      frames: [...this.#frames.values()].filter(({ seq }) => seq >= fromSeq && seq <= toSeq),
      documents: this.#index.encode(first, end),
    });
  }

  isWhole(fromSeq: number, toSeq: number): boolean {
    return this.#tree.isWhole(fromSeq, toSeq);
  }

  /** Adds what follows `lastSeq`. Throws for bytes that are damaged or do not follow, and has then added nothing. */
  load(bytes: Uint8Array): void {
    const { fromSeq, dimensions, entries, frames, documents } = decodeStretch(bytes);
    if (fromSeq !== this.lastSeq + 1) {
      throw new RangeError(`The run begins at ${fromSeq}, and ${this.lastSeq} is the last entry here.`);
    }
    // Made while the table of word vectors could not be read, or from another one.
    if (dimensions !== this.#dimensions) throw new RangeError('The run was made with other word vectors.');
    this.#index.load(documents);
    this.#tree.append(entries);
    for (const frame of frames) this.#addFrame(frame);
    this.#placeDocuments();
  }

  /** As `TurnIndex.settle`. */
  settle(): void {
    this.#index.settle();
  }

  /** The best entries of the branch, best first. */
  search({ text, before, embedded, now, limit, leafId, except }: SessionQuestion): SessionHit[] {
    const leaf = leafId === undefined ? this.lastSeq : (this.#tree.seqOf(leafId) ?? this.lastSeq);
    const branch = this.#tree.branch(leaf);
    const excepted = new Set([...except].flatMap((id) => this.#tree.seqOf(id) ?? []));
    const isWanted = (seq: number) => branch[seq] === onBranch && !excepted.has(seq);
    const hits = this.#index.search({
      text,
      ...(before === undefined ? {} : { before }),
      ...(embedded === undefined ? {} : { embedded }),
      now,
      // An entry may be found by what it says and by what is noted of it.
      limit: limit * 2,
      accepts: (index) => {
        const about = this.#about.at(index);
        if (this.#index.roleOf(index) !== 'frame') return isWanted(about);
        const seq = this.#index.seqOf(index);
        const isCurrent = branch[about] === onBranch && !this.#replaced.has(this.#tree.at(seq).id);
        return isCurrent && !excepted.has(seq);
      },
    });
    const found = mergeHits(hits, (index) =>
      this.#index.roleOf(index) === 'frame' ? this.#index.seqOf(index) : this.#about.at(index),
    );
    return [...found].slice(0, limit).map(([seq, { score, why, terms }]) => {
      const { id, kind, at } = this.#tree.at(seq);
      return { entryId: id, at, role: roleOf(kind), score, why, terms };
    });
  }

  /** Has directions of this model from here on; those of another are let go. False where it had this one already. */
  embedBy(model: string): boolean {
    if (this.#index.embedded?.model === model) return false;
    this.#index.embedded = new EmbeddedMeanings(model);
    this.#embeddedTo = 0;
    return true;
  }

  /** Place of the last entry whose documents have one. */
  get embeddedTo(): number {
    return this.#embeddedTo;
  }

  /** Documents of the entries between two places. */
  documentCount(fromSeq: number, toSeq: number): number {
    return this.#firstDocument(toSeq + 1) - this.#firstDocument(fromSeq);
  }

  /** Directions of the documents behind `embeddedTo` up to that place, as many as there are of them. */
  addEmbedded(directions: readonly Int8Array[], toSeq: number): void {
    this.#index.embedded?.add(directions);
    this.#embeddedTo = toSeq;
  }

  /** The directions of the documents between two places in bytes that `loadEmbedded` takes. */
  encodeEmbedded(fromSeq: number, toSeq: number): Uint8Array | undefined {
    return this.#index.embedded?.encode(this.#firstDocument(fromSeq), this.#firstDocument(toSeq + 1));
  }

  /** Whether the bytes were directions of this model that follow. Throws `DamagedBytes`. */
  loadEmbedded(bytes: Uint8Array, toSeq: number): boolean {
    const { embedded } = this.#index;
    if (toSeq > this.lastSeq || !embedded?.load(bytes)) return false;
    // Other entries were indexed when they were made; then they belong to other documents.
    if (embedded.size !== this.#firstDocument(toSeq + 1)) throw new DamagedBytes('it has other documents');
    this.#embeddedTo = toSeq;
    return true;
  }

  #addUnreadable(throughSeq: number): void {
    while (this.lastSeq < throughSeq) this.#tree.add({ id: '', kind: 'rewind', at: 0, parent: this.lastSeq });
  }

  #addFrame(frame: FrameMark): void {
    this.#frames.set(frame.seq, frame);
    if (frame.replacesId !== undefined) this.#replaced.add(frame.replacesId);
  }

  #covered({ fromId, toId }: { fromId: string; toId: string }): string[] {
    const from = this.#tree.seqOf(fromId);
    const to = this.#tree.seqOf(toId);
    const run = from === undefined || to === undefined ? [] : this.#tree.run(from, to);
    const said = run.map((seq) => this.#tree.at(seq)).filter(({ kind }) => roleOf(kind) !== 'frame');
    return said.length > mostCovered ? [] : said.map(({ id }) => id).reverse();
  }

  /** Notes where documents stand that were just added to the index. */
  #placeDocuments(): void {
    for (let index = this.#about.size; index < this.#index.size; index++) {
      const seq = this.#index.seqOf(index);
      const role = this.#index.roleOf(index);
      if (role === 'frame') this.#about.push(this.#frames.get(seq)?.coversTo ?? 0);
      else if (role === 'note') {
        const [noted = ''] = this.#index.document(index).covers ?? [];
        this.#about.push(this.#tree.seqOf(noted) ?? 0);
      } else this.#about.push(seq);
    }
  }

  /** The first document made of an entry at this place or behind it. */
  #firstDocument(seq: number): number {
    return lastAtMost(this.#index.size, (index) => this.#index.seqOf(index), seq - 1) + 1;
  }
}

function roleOf(kind: Entry['kind']): RecalledEntry['role'] {
  switch (kind) {
    case 'user':
    case 'assistant':
      return kind;
    case 'tool_result':
      return 'tool';
    default:
      return 'frame';
  }
}
