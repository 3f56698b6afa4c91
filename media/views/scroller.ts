/**
 * The scrolling of the transcript. It follows the end only while the reader is there; otherwise the row that
 * is being read stays where it is, whatever is added, measured or loaded around it.
 */
import { signal } from '@preact/signals';
import { RowHeights } from '../rowHeights.ts';

/** Where the reader is: at the end, or at a row whose top is `offset` pixels below the top of the view. */
export type Reading = 'end' | { key: string; offset: number };

/** Pixels drawn above and below the view, so that a fast scroll finds rows already there. */
const spare = 600;
/** Pixels from the end that count as being at it: rounding of zoomed pages, no more. */
const atEnd = 2;

export class Scroller {
  readonly heights = new RowHeights();
  /** Counts up when another window of rows has to be drawn. */
  readonly version = signal(0);
  /** True while there is something newer below what is being read. */
  readonly away = signal(false);
  first = 0;
  end = 0;
  reading: Reading = 'end';
  #view: HTMLElement | undefined;
  /** Where the view was put last, to tell our own scrolling from the reader's. */
  #place = 0;
  #height = 0;
  #width = 0;
  #watched: ReadonlySet<Element> = new Set();
  readonly #observer = new ResizeObserver(() => this.settle());

  attach(view: HTMLElement): () => void {
    this.#view = view;
    const scrolled = () => this.#scrolled();
    const wheeled = (event: WheelEvent) => this.#wheeled(event);
    view.addEventListener('scroll', scrolled, { passive: true });
    view.addEventListener('wheel', wheeled, { passive: true });
    this.#observer.observe(view);
    this.settle();
    return () => {
      view.removeEventListener('scroll', scrolled);
      view.removeEventListener('wheel', wheeled);
      this.#observer.disconnect();
      this.#watched = new Set();
      this.#view = undefined;
    };
  }

  setRows(keys: readonly string[], estimate: (index: number) => number): void {
    this.heights.setRows(keys, estimate);
    this.#choose();
  }

  read(reading: Reading): void {
    this.reading = reading;
    this.settle();
  }

  /** Pixels from the top of the view to that of a row. */
  placeOf(key: string | undefined): number | undefined {
    const index = key === undefined ? undefined : this.heights.indexOf(key);
    return index === undefined ? undefined : this.heights.top(index) - this.#place;
  }

  /** Brings a row to the top of the view, or so many pixels below it. */
  show(key: string, below = 8): void {
    this.read({ key, offset: below });
    if (this.#left() <= atEnd) this.read('end');
  }

  /** Measures what is drawn and puts the view where the reader was. Called after each drawing, before the paint. */
  settle(): void {
    const view = this.#view;
    if (!view || view.clientHeight === 0) return;
    if (view.clientWidth !== this.#width) {
      if (this.#width !== 0) this.heights.forget();
      this.#width = view.clientWidth;
    }
    const rows = view.querySelectorAll<HTMLElement>('[data-row]');
    for (const row of rows) this.heights.measure(row.dataset.row ?? '', row.getBoundingClientRect().height);
    this.#watch(new Set(rows));
    this.#height = view.clientHeight;
    if (this.#choose()) this.version.value++;
    const wanted = this.#wanted();
    if (Math.abs(view.scrollTop - wanted) >= 1) view.scrollTop = wanted;
    this.#place = view.scrollTop;
    this.#tell();
  }

  /** Rows change by themselves too: colours come, pictures load, a fold opens. */
  #watch(rows: ReadonlySet<Element>): void {
    for (const row of this.#watched) if (!rows.has(row)) this.#observer.unobserve(row);
    for (const row of rows) if (!this.#watched.has(row)) this.#observer.observe(row);
    this.#watched = rows;
  }

  #wanted(): number {
    const last = Math.max(0, this.heights.total - this.#height);
    if (this.reading === 'end') return last;
    const index = this.heights.indexOf(this.reading.key);
    if (index === undefined) return Math.min(this.#place, last);
    return Math.max(0, Math.min(last, this.heights.top(index) - this.reading.offset));
  }

  /** Returns whether other rows than before are needed. */
  #choose(): boolean {
    const { first, end } = this.heights.window(this.#wanted(), this.#height || 800, spare);
    if (first === this.first && end === this.end) return false;
    this.first = first;
    this.end = end;
    return true;
  }

  /** Pixels below the view. */
  #left(): number {
    const view = this.#view;
    return view ? view.scrollHeight - view.clientHeight - view.scrollTop : 0;
  }

  #wheeled(event: WheelEvent): void {
    if (event.deltaY < 0 && this.#view && this.#view.scrollHeight > this.#view.clientHeight) this.#stay();
  }

  #scrolled(): void {
    const view = this.#view;
    if (!view || Math.abs(view.scrollTop - this.#place) < 1) return;
    const up = view.scrollTop < this.#place;
    this.#place = view.scrollTop;
    if (!up && this.#left() <= atEnd) this.reading = 'end';
    else this.#stay();
    if (this.#choose()) this.version.value++;
    this.#tell();
  }

  /** From now on the row at the top of the view is what is being read. */
  #stay(): void {
    const index = this.heights.at(this.#place);
    const key = this.heights.keyAt(index);
    if (key !== undefined) this.reading = { key, offset: this.heights.top(index) - this.#place };
    this.#tell();
  }

  #tell(): void {
    this.away.value = this.reading !== 'end' && this.#left() > atEnd;
  }
}
