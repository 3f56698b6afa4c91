import type { Secrets } from '../ports.ts';

/**
 * A key as `Secrets` has it, asked again when it changes: a keyring answers in milliseconds, and a busy client calls
 * hundreds of times a second. A key that is missing, or cannot be read, is asked for each time.
 */
export class KeptSecret {
  readonly #secrets: Secrets;
  readonly #name: string;
  readonly #variable: string | undefined;
  readonly #subscription: { dispose(): void };
  #kept: string | undefined;
  #changes = 0;

  /** `variable` of the environment may have it too. */
  constructor(secrets: Secrets, name: string, variable?: string) {
    this.#secrets = secrets;
    this.#name = name;
    this.#variable = variable;
    this.#subscription = secrets.onDidChange((changed) => {
      if (changed !== name) return;
      this.#changes++;
      this.#kept = undefined;
    });
  }

  /** Rejects with what the keyring fails with. */
  get(): string | Promise<string | undefined> {
    return this.#kept ?? this.#ask();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#kept = undefined;
  }

  async #ask(): Promise<string | undefined> {
    const before = this.#changes;
    const found = await this.#secrets.get(this.#name, this.#variable);
    // What was read before a change is not to outlive it.
    if (before === this.#changes) this.#kept = found || undefined;
    return found;
  }
}
