/** Standard output and standard error of this process. */
import { outputFailed } from '../core/errors.ts';
import { jsonLine, visible } from './text.ts';

interface Streams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

export class Terminal {
  readonly #streams: Streams;
  readonly #gone = new AbortController();
  #failure: Error | undefined;

  constructor(streams: Streams) {
    this.#streams = streams;
    streams.stdout.on('error', (error: Error) => {
      // `causeway … | head -1`: whoever read has read enough, which is no failure.
      if (!('code' in error && error.code === 'EPIPE')) this.#failure ??= outputFailed(error);
      this.#gone.abort();
    });
    // With nobody to tell there is nothing to do.
    streams.stderr.on('error', () => undefined);
  }

  /** Fires when nobody reads the output any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Why the output could not be written, when its reader is there. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get stdin(): NodeJS.ReadStream {
    return this.#streams.stdin;
  }

  /** Columns of the terminal; undefined when the output goes elsewhere. */
  get width(): number | undefined {
    return this.#streams.stdout.isTTY ? this.#streams.stdout.columns : undefined;
  }

  /** Writes to standard output what people read; resolves when it was taken, also when the reader is gone. */
  write(text: string): Promise<void> {
    return this.writeExact(visible(text));
  }

  /** Writes without taking control characters out: for what programs read. */
  writeExact(text: string): Promise<void> {
    if (this.gone.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#streams.stdout.write(text, () => resolve()));
  }

  /** One line of JSON. */
  async writeJson(value: unknown): Promise<void> {
    await this.writeExact(`${jsonLine(value)}\n`);
  }

  /** One line on standard error. */
  note(message: string): void {
    this.error(`causeway: ${message.replace(/\s*[\r\n]+\s*/g, ' ')}\n`);
  }

  error(text: string): void {
    this.#streams.stderr.write(visible(text));
  }
}
