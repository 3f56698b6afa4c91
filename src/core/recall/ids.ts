/** Ids by place and places by id. What was loaded stays bytes until something in its neighbourhood is asked for. */
import { lastAtMost } from './grown.ts';
import { Texts } from './texts.ts';

interface Part {
  first: number;
  texts: Texts | string[];
  /** Made when an id is first looked for here. */
  places: Map<string, number> | undefined;
}

export class Ids {
  readonly #parts: Part[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(id: string): void {
    const last = this.#parts.at(-1);
    if (last && Array.isArray(last.texts)) {
      last.places?.set(id, this.#size);
      last.texts.push(id);
    } else this.#parts.push({ first: this.#size, texts: [id], places: undefined });
    this.#size += 1;
  }

  attach(texts: Texts): void {
    this.#parts.push({ first: this.#size, texts, places: undefined });
    this.#size += texts.size;
  }

  /** Empty for a place that none has. */
  at(place: number): string {
    const part = this.#parts[lastAtMost(this.#parts.length, (at) => this.#parts[at]?.first ?? 0, place)];
    if (!part) return '';
    return part.texts instanceof Texts
      ? part.texts.at(place - part.first)
      : (part.texts[place - part.first] ?? '');
  }

  /** The last place with this id. The empty one is nobody's. Most ids that are looked for are new ones. */
  placeOf(id: string): number | undefined {
    if (id === '') return undefined;
    for (let at = this.#parts.length - 1; at >= 0; at--) {
      const part = this.#parts[at];
      if (!part) continue;
      part.places ??= placesOf(part);
      const place = part.places.get(id);
      if (place !== undefined) return place;
    }
    return undefined;
  }
}

function placesOf({ texts, first }: Part): Map<string, number> {
  const all = texts instanceof Texts ? texts.all() : texts;
  return new Map(all.map((id, place) => [id, first + place]));
}
