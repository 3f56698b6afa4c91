/** Chunks that hold a term, each with a mark: one list for many terms, in typed arrays that are used again. */

/** How often a term stands in a chunk, and whether the chunk defines it or its file's path has it, in one byte. */
const mostCount = 63;
const inPath = 64;
const defined = 128;
export const mark = (count: number, isDefined: boolean, isInPath: boolean): number =>
  Math.min(count, mostCount) | (isDefined ? defined : 0) | (isInPath ? inPath : 0);
export const countOf = (marked: number): number => marked & mostCount;
export const isDefined = (marked: number): boolean => (marked & defined) !== 0;
export const isInPath = (marked: number): boolean => (marked & inPath) !== 0;

export class Postings {
  size = 0;
  places = new Uint32Array(1024);
  marks = new Uint8Array(1024);

  add(place: number, marked: number): void {
    if (this.size >= this.places.length) this.room(1);
    this.places[this.size] = place;
    this.marks[this.size++] = marked;
  }

  /** Makes room for so many more. */
  room(more: number): void {
    const wanted = this.size + more;
    if (wanted <= this.places.length) return;
    const larger = Math.max(wanted, this.places.length * 2);
    const places = new Uint32Array(larger);
    places.set(this.places);
    this.places = places;
    const marks = new Uint8Array(larger);
    marks.set(this.marks);
    this.marks = marks;
  }
}
