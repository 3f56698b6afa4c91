/** The keyring of an editor as its windows see it. */
import type * as vscode from 'vscode';
import { Emitter } from '../../src/base/emitter.ts';

export type Fails = 'never' | 'forgets' | 'reading' | 'writing' | 'always';

/** One window's view of a keyring, which works or fails as keyrings of real systems do. */
export class Keyring implements vscode.SecretStorage {
  fails: Fails = 'never';
  readonly #changes = new Emitter<vscode.SecretStorageChangeEvent>();
  readonly #seen = new Map<string, string>();
  /** What this window stored and the others have not been told of yet. */
  readonly #untold = new Map<string, string>();
  readonly onDidChange = this.#changes.event;

  async keys(): Promise<string[]> {
    return [...this.#seen.keys()];
  }
  async get(name: string): Promise<string | undefined> {
    if (this.fails === 'reading' || this.fails === 'always') throw new Error(`no bus for ${name}`);
    return this.#seen.get(name);
  }
  async store(name: string, value: string): Promise<void> {
    if (this.fails === 'writing' || this.fails === 'always') throw new Error(`cannot keep ${value}`);
    if (this.fails !== 'forgets') {
      this.#seen.set(name, value);
      this.#untold.set(name, value);
    }
    this.#changes.fire({ key: name });
  }
  async delete(name: string): Promise<void> {
    if (this.fails === 'writing' || this.fails === 'always') throw new Error('no bus');
    this.#seen.delete(name);
    this.#changes.fire({ key: name });
  }

  /** Another window sees what was stored here: an editor tells its windows a moment later, and the last one wins. */
  tell(other: Keyring): void {
    for (const [name, value] of this.#untold) {
      other.#seen.set(name, value);
      other.#changes.fire({ key: name });
    }
    this.#untold.clear();
  }
}
