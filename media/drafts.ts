/** Drafts go to the host's store soon after each change, and at once when the panel may go away. */
import type { Attachment } from '../src/protocol/entries.ts';

export interface Draft {
  sessionId: string;
  text: string;
  attachments: readonly Attachment[];
}

/** Milliseconds after a change: short enough that a crash costs a word, long enough not to write each letter. */
const delay = 250;

export class Drafts {
  readonly #write: (draft: Draft) => void;
  #waiting: Draft | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (draft: Draft) => void) {
    this.#write = write;
  }

  change(draft: Draft): void {
    if (this.#waiting && this.#waiting.sessionId !== draft.sessionId) this.flush();
    this.#waiting = draft;
    // The first change sets the time, so that steady typing is written too.
    this.#timer ??= setTimeout(() => this.flush(), delay);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const draft = this.#waiting;
    this.#waiting = undefined;
    if (draft) this.#write(draft);
  }
}
