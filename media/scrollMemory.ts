/** Where the reader was in each session, kept for when it is shown again, also after a reload of the panel. */
import { z } from 'zod';
import type { VsCodeApi } from './channel.ts';
import type { Reading, Scroller } from './views/scroller.ts';

const kept = z.object({
  reading: z.array(z.tuple([z.string(), z.object({ key: z.string(), offset: z.number() })])),
});

/** Sessions remembered; those left longest ago are forgotten first and open at their end. */
const most = 200;

export class ScrollMemory {
  readonly #api: VsCodeApi;
  readonly #scroller: Scroller;
  readonly #places: Map<string, Exclude<Reading, 'end'>>;

  constructor(api: VsCodeApi, scroller: Scroller) {
    this.#api = api;
    this.#scroller = scroller;
    const before = kept.safeParse(api.getState());
    this.#places = new Map(before.success ? before.data.reading : []);
  }

  keep(sessionId: string): void {
    const { reading } = this.#scroller;
    this.#places.delete(sessionId);
    if (reading !== 'end') this.#places.set(sessionId, reading);
    this.#api.setState({ reading: [...this.#places].slice(-most) });
  }

  restore(sessionId: string): void {
    this.#scroller.read(this.#places.get(sessionId) ?? 'end');
  }
}
