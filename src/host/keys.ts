/** Keys of providers and of the session databases, in the keyring that VS Code keeps. */
import type * as vscode from 'vscode';
import { Emitter } from '../base/emitter.ts';
import { keyringFailed, sessionKeyMissing } from '../core/errors.ts';
import type { Log, Secrets } from '../core/ports.ts';
import { anthropicKeyName } from '../core/providers/anthropic/keyName.ts';
import type { SessionKeyRegister } from '../core/register.ts';
import type { PanelStatus } from '../protocol/panel.ts';

const secretName = (name: string): string => `causeway.key.${name}`;
const sessionKeyName = 'sessions';
const maskingKeyName = 'placeholders';

/** Where a provider's key may also come from. */
const environmentNames: Readonly<Record<string, string>> = { [anthropicKeyName]: 'ANTHROPIC_API_KEY' };

/**
 * The keyring first, then the environment. A key that the keyring did not take is kept for this window, so that work
 * can go on where keyrings fail; it is told then.
 */
export class Keys implements Secrets, vscode.Disposable {
  readonly #storage: vscode.SecretStorage;
  readonly #log: Log;
  readonly #changes = new Emitter<string>();
  readonly #subscription: vscode.Disposable;
  readonly #forThisWindow = new Map<string, string>();
  readonly #notKept = new Set<string>();
  /** Of a window that could not read the keyring. It stays, so that what it masked is found again while it is open. */
  #unkeptMaskingKey: Uint8Array | undefined;

  constructor(storage: vscode.SecretStorage, log: Log) {
    this.#storage = storage;
    this.#log = log;
    this.#subscription = storage.onDidChange(({ key }) => {
      if (key.startsWith('causeway.key.')) this.#changes.fire(key.slice('causeway.key.'.length));
    });
  }

  readonly onDidChange = this.#changes.event;

  /** Rejects with `keyring_failed` when the keyring cannot be read and nothing else has the key. */
  async get(name: string, variable?: string): Promise<string | undefined> {
    const kept = this.#forThisWindow.get(name) ?? (await this.#kept(name, variable));
    if (kept === undefined) this.#notKept.add(name);
    else this.#notKept.delete(name);
    return kept ?? this.#fromEnvironment(name, variable);
  }

  /** Whether the key that was read last came from the environment, not from the user's keyring. */
  isFromEnvironment(name: string): boolean {
    return this.#notKept.has(name) && this.#fromEnvironment(name) !== undefined;
  }

  async #kept(name: string, variable: string | undefined): Promise<string | undefined> {
    try {
      return await this.#storage.get(secretName(name));
    } catch (error) {
      this.#log.error('The keyring could not be read.', error);
      if (this.#fromEnvironment(name, variable) === undefined) throw keyringFailed();
      return undefined;
    }
  }

  async state(): Promise<PanelStatus['key']> {
    if (this.#forThisWindow.has(anthropicKeyName)) return 'set';
    try {
      if (await this.#storage.get(secretName(anthropicKeyName))) return 'set';
    } catch {
      // What failed is in the state itself, and `get` writes it to the log.
      return this.#fromEnvironment(anthropicKeyName) === undefined ? 'keyring_failed' : 'environment';
    }
    return this.#fromEnvironment(anthropicKeyName) === undefined ? 'missing' : 'environment';
  }

  /** False when the keyring did not keep the key; it holds for this window then. */
  async set(name: string, value: string): Promise<boolean> {
    try {
      await this.#storage.store(secretName(name), value);
      // Some keyrings fail without a word: what was stored is read once.
      if ((await this.#storage.get(secretName(name))) === value) {
        this.#forThisWindow.delete(name);
        this.#changes.fire(name);
        return true;
      }
    } catch (error) {
      this.#log.error('The keyring could not be written.', error);
    }
    this.#forThisWindow.set(name, value);
    this.#changes.fire(name);
    return false;
  }

  /** Rejects with `keyring_failed` when the keyring may still have it; what this window had is gone either way. */
  async remove(name: string): Promise<void> {
    this.#forThisWindow.delete(name);
    try {
      await this.#storage.delete(secretName(name));
    } catch (error) {
      this.#log.error('The keyring could not be written.', error);
      throw keyringFailed();
    } finally {
      this.#changes.fire(name);
    }
  }

  /** The key of the session databases, 32 bytes. Rejects with `keyring_failed`. */
  async sessionKey(): Promise<Uint8Array | undefined> {
    const text = await this.get(sessionKeyName);
    return text === undefined ? undefined : Uint8Array.from(Buffer.from(text, 'base64'));
  }

  /**
   * The one key of all windows, made when there is none. A window may see what another one stored a moment later, so
   * that the register decides whose key it is, and the others wait for it until the deadline. Rejects with
   * `keyring_failed` when the key cannot be kept and `session_key_missing` when it did not come: nothing may be
   * encrypted then.
   */
  async makeSessionKey(register: SessionKeyRegister, deadline: AbortSignal): Promise<Uint8Array> {
    const existing = await this.sessionKey();
    const key = existing ?? crypto.getRandomValues(new Uint8Array(32));
    const fingerprint = await fingerprintOf(key);
    const agreed = await register.agree(fingerprint);
    if (agreed !== fingerprint) return this.#sessionKeyOf(agreed, deadline);
    if (!existing && !(await this.set(sessionKeyName, Buffer.from(key).toString('base64')))) {
      this.#forThisWindow.delete(sessionKeyName);
      await register.release(fingerprint);
      throw keyringFailed();
    }
    await register.keep(fingerprint);
    return key;
  }

  /**
   * The key of the placeholders for masked secrets, made when there is none. One that the keyring does not keep holds for
   * this window: then what was masked before a restart is not found again by its placeholder, and nothing else is lost.
   * Where the keyring cannot be read nothing is stored, since it may have one that earlier placeholders were made with.
   */
  async maskingKey(): Promise<Uint8Array> {
    if (this.#unkeptMaskingKey) return this.#unkeptMaskingKey;
    let kept: string | undefined;
    try {
      kept = await this.get(maskingKeyName);
    } catch {
      this.#log.warn(
        'The key of placeholders could not be read. This window masks with one of its own, and stores none; placeholders of earlier days are not resolved in it.',
      );
      this.#unkeptMaskingKey = crypto.getRandomValues(new Uint8Array(32));
      return this.#unkeptMaskingKey;
    }
    if (kept !== undefined) return Uint8Array.from(Buffer.from(kept, 'base64'));
    const key = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
    await this.set(maskingKeyName, key);
    // Another window may have made one in the same moment; the keyring has the one that both will use.
    const agreed = await this.get(maskingKeyName).catch(() => undefined);
    return Uint8Array.from(Buffer.from(agreed ?? key, 'base64'));
  }

  /** Takes back an agreement on a key that the keyring has lost, so that another can be made when one is wanted. */
  async releaseLostSessionKey(register: SessionKeyRegister): Promise<void> {
    const kept = await register.kept();
    if (kept === undefined) return;
    const key = await this.sessionKey();
    if (key === undefined || (await fingerprintOf(key)) !== kept) await register.release(kept);
  }

  /** The key with this fingerprint, as soon as the keyring shows it. */
  #sessionKeyOf(fingerprint: string, deadline: AbortSignal): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const look = () => {
      this.sessionKey()
        .then(async (key) => {
          if (key && (await fingerprintOf(key)) === fingerprint) resolve(key);
          else if (deadline.aborted) late();
        })
        .catch(reject);
    };
    const late = () => reject(sessionKeyMissing());
    const subscription = this.#changes.event((name) => {
      if (name === sessionKeyName) look();
    });
    deadline.addEventListener('abort', late);
    look();
    return promise.finally(() => {
      subscription.dispose();
      deadline.removeEventListener('abort', late);
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #fromEnvironment(name: string, named?: string): string | undefined {
    const variable = environmentNames[name] ?? named;
    return (variable === undefined ? undefined : process.env[variable]?.trim()) || undefined;
  }
}

/** The SHA-256 digest, from which a key of 32 random bytes cannot be found. */
async function fingerprintOf(key: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(key));
  return Buffer.from(digest).toString('hex');
}
