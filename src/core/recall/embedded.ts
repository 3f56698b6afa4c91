/**
 * The directions that an embedding model has given the first documents of an index. They come later than the documents,
 * from elsewhere; until then, and where the model cannot be asked, the word vectors stand in.
 */
import { ColumnReader, DamagedBytes, writeColumns } from './columns.ts';
import { Meanings, type StoredMeanings } from './meanings.ts';
import { Texts } from './texts.ts';

/** "CRE": Causeway recall embeddings. */
const name = [0x43, 0x52, 0x45];
/** To be counted up whenever this form changes, what of an entry is indexed, or how a vector becomes a direction. */
const version = 1;

/** A direction, and whose: those of two models cannot be compared. */
export interface Embedded {
  model: string;
  direction: Int8Array;
}

export class EmbeddedMeanings {
  readonly model: string;
  #meanings: Meanings | undefined;
  #size = 0;

  constructor(model: string) {
    this.model = model;
  }

  /** Documents that have a direction, from the first on. */
  get size(): number {
    return this.#size;
  }

  /** Of the next documents; an empty one is like nothing. */
  add(directions: readonly Int8Array[]): void {
    for (const one of directions) {
      this.#of(one.length)?.add(one);
      this.#size += 1;
    }
  }

  /** As `Meanings.likeness`, of the documents that have one; undefined where the question cannot be compared. */
  likeness({ model, direction }: Embedded): Int32Array | undefined {
    return model === this.model ? this.#meanings?.likeness(direction) : undefined;
  }

  /** The directions from one document to before another in bytes that `load` takes. */
  encode(from: number, to: number): Uint8Array {
    const columns = this.#meanings?.columns(from, to) ?? [new Int32Array(0), new Int8Array(0)];
    return writeColumns(
      [...name, version],
      [...Texts.of([this.model]).columns, Uint32Array.of(from, to - from), ...columns],
    );
  }

  /** Adds what follows. False for bytes of another model or place, which are then not used; throws `DamagedBytes`. */
  load(bytes: Uint8Array): boolean {
    if ([...name, version].some((byte, at) => bytes[at] !== byte))
      throw new DamagedBytes('it is of another version');
    const reader = new ColumnReader(bytes);
    const [model] = Texts.read(reader).all();
    const [from = 0, count = 0] = reader.uint32();
    const stored: StoredMeanings = Meanings.read(reader, count);
    reader.end();
    if (model !== this.model || from !== this.#size) return false;
    this.#of(stored.sum.length)?.append(stored, count);
    this.#size += count;
    return true;
  }

  /** The first that is not empty decides how long all are; the documents before it have none. */
  #of(dimensions: number): Meanings | undefined {
    if (this.#meanings || dimensions === 0) return this.#meanings;
    this.#meanings = new Meanings(dimensions);
    for (let before = 0; before < this.#size; before++) this.#meanings.add(new Int8Array(0));
    return this.#meanings;
  }
}
