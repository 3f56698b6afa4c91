import type { AssistantBlock } from '../protocol/content.ts';

/** At most this often, in ms, what has arrived is written to the progress row. */
const everyMs = 250;

/**
 * Writes an answer's progress while it streams: at once when the last write is long ago, else when the interval is
 * over, and never two writes at a time. `onLost` is called when the store says that the turn is no longer ours.
 */
export class Checkpoints {
  readonly #write: (content: AssistantBlock[]) => Promise<boolean>;
  readonly #content: () => AssistantBlock[];
  readonly #onLost: () => void;
  readonly #onError: (error: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor(options: {
    write: (content: AssistantBlock[]) => Promise<boolean>;
    content: () => AssistantBlock[];
    onLost: () => void;
    onError: (error: unknown) => void;
  }) {
    this.#write = options.write;
    this.#content = options.content;
    this.#onLost = options.onLost;
    this.#onError = options.onError;
  }

  /** Says that the content has changed. */
  touch(): void {
    if (this.#stopped || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#flush();
    }, everyMs);
  }

  /** Ends the writing and waits for a write under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#writing;
  }

  async #flush(): Promise<void> {
    await this.#writing;
    try {
      if (!(await this.#write(this.#content()))) this.#onLost();
    } catch (error) {
      // A checkpoint that fails loses at most what a crash would; the turn goes on and its end is written with care.
      this.#onError(error);
    }
  }
}
