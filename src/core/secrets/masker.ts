/**
 * Puts placeholders in the place of secrets, and secrets back in the place of their placeholders. One value of one user
 * has one placeholder, on every day and in every session, so that the prompt cache holds and a file gives its values
 * again after a restart.
 */
import { maskingFailed, placeholderUnknown, toErrorInfo } from '../errors.ts';
import type { CoreSettings, FoundSecret, Log, PersonalData, SecretScanner } from '../ports.ts';
import { knownValues } from './knownValues.ts';
import { digestDigits, placeholderOf, placeholdersIn, withValues } from './placeholders.ts';
import { RecentTexts } from './recentTexts.ts';
import { type KeptValue, Vault } from './vault.ts';

export interface MaskerOptions {
  scanner: SecretScanner;
  /** The user's own, at least 32 random bytes. Without it a placeholder could be tried against guesses. */
  key(): Promise<Uint8Array>;
  settings: Pick<CoreSettings, 'maskSecrets' | 'maskPersonalData' | 'maskedNames'>;
  log: Log;
  /** How long a scan is waited for, in ms. */
  patienceMs?: number;
}

/**
 * A megabyte is looked through in some ten ms, and the thread of the scanner starts within a second. On a machine under
 * load both take several times that; who has waited ten seconds wants to know why.
 */
const usualPatienceMs = 10_000;

/**
 * Texts that were looked through, and characters of them all: a conversation has hundreds, each is looked at again with
 * each turn, and 16 MB may lie in memory for it.
 */
const rememberedBounds = { texts: 4_000, characters: 8_000_000 };

const hmacKey = (bytes: Uint8Array) =>
  crypto.subtle.importKey('raw', new Uint8Array(bytes), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
type HmacKey = Awaited<ReturnType<typeof hmacKey>>;

interface Masked {
  text: string;
  values: readonly KeptValue[];
}

export class Masker {
  readonly #options: MaskerOptions;
  readonly #vault = new Vault();
  readonly #known = new RecentTexts<Masked>(rememberedBounds);
  /** The rules by which the known texts were masked. */
  #rules = '';
  #key: Promise<HmacKey> | undefined;

  constructor(options: MaskerOptions) {
    this.#options = options;
  }

  /**
   * The texts as they may leave and be stored, in order. The values are kept for the session, if one is named, and masked
   * in all texts of it from then on, those beside them included. Throws `masking_failed`.
   */
  async texts(texts: readonly string[], sessionId?: string): Promise<string[]> {
    if (this.#isOff) return [...texts];
    const all = await this.#masked(texts);
    if (sessionId === undefined) return all.map(({ text }) => text);
    for (const { values } of all) this.#vault.keep(sessionId, values);
    const withKnown = this.#options.settings.maskSecrets
      ? knownValues(this.#vault.values(sessionId))
      : (text: string) => text;
    return all.map(({ text }) => withKnown(text));
  }

  /** A value with all its texts masked, which `walk` passes through `swap`. Throws `masking_failed`. */
  async through<T>(
    value: T,
    sessionId: string | undefined,
    walk: (value: T, swap: (text: string) => string) => T,
  ): Promise<T> {
    if (this.#isOff) return value;
    const found = new Set<string>();
    walk(value, (text) => {
      if (text !== '') found.add(text);
      return text;
    });
    const before = [...found];
    const after = await this.texts(before, sessionId);
    const swapped = new Map(before.map((text, index) => [text, after[index] ?? text]));
    return walk(value, (text) => swapped.get(text) ?? text);
  }

  /**
   * The text with what its placeholders stand for. What was masked in these sessions is known while the process lives; what
   * stands in `sources`, such as the file that is about to be edited, is found there again. Throws `placeholder_unknown`
   * where one is left over, and `masking_failed`.
   */
  async restored(text: string, sessionIds: readonly string[], sources: readonly string[]): Promise<string> {
    const placeholders = placeholdersIn(text);
    if (placeholders.length === 0) return text;
    const found = await this.#valuesIn(sources);
    const known = (digest: string) => found.get(digest) ?? this.#vault.value(sessionIds, digest);
    const unknown = placeholders.find(({ digest }) => known(digest) === undefined);
    if (unknown) throw placeholderUnknown(text.slice(unknown.start, unknown.end));
    return withValues(text, known);
  }

  /** A value with what was masked in the session in all its texts, where it is known, for the user's own eyes. */
  shown<T>(value: T, sessionId: string, walk: (value: T, swap: (text: string) => string) => T): T {
    return walk(value, (text) => withValues(text, (digest) => this.#vault.value([sessionId], digest)));
  }

  /** Forgets what was typed in a session. */
  forget(sessionId: string): void {
    this.#vault.forget(sessionId);
  }

  /** By all rules, since a placeholder may have been made before one was switched off. */
  async #valuesIn(sources: readonly string[]): Promise<Map<string, string>> {
    const { maskedNames } = this.#options.settings;
    const values = new Map<string, string>();
    for (const personal of [undefined, { contacts: true, names: maskedNames }]) {
      const found = await this.#scanned(sources, personal);
      for (const [index, source] of sources.entries())
        for (const { start, end } of found[index] ?? []) {
          const value = source.slice(start, end);
          values.set(await this.#digest(value), value);
        }
    }
    return values;
  }

  get #isOff(): boolean {
    const { maskSecrets, maskPersonalData } = this.#options.settings;
    return !maskSecrets && !maskPersonalData;
  }

  async #masked(texts: readonly string[]): Promise<Masked[]> {
    const { maskSecrets, maskPersonalData, maskedNames } = this.#options.settings;
    const rules = JSON.stringify([maskSecrets, maskPersonalData, maskedNames]);
    if (rules !== this.#rules) {
      this.#rules = rules;
      this.#known.clear();
    }
    const all = new Map<string, Masked | undefined>();
    for (const text of texts) if (!all.has(text)) all.set(text, this.#known.get(text));
    const unknown = [...all.keys()].filter((text) => all.get(text) === undefined);
    if (unknown.length > 0) {
      const personal = maskPersonalData ? { contacts: true, names: maskedNames } : undefined;
      const found = await this.#scanned(unknown, personal);
      for (const [index, text] of unknown.entries())
        all.set(text, await this.#replaced(text, found[index] ?? []));
    }
    if (rules === this.#rules) for (const [text, one] of all) if (one) this.#known.set(text, one);
    return texts.map((text) => {
      const one = all.get(text);
      // Every text was either known or scanned; if not, none may pass as if it had been.
      if (!one) throw maskingFailed();
      return one;
    });
  }

  async #scanned(texts: readonly string[], personal: PersonalData | undefined): Promise<FoundSecret[][]> {
    const { scanner, log, patienceMs = usualPatienceMs } = this.#options;
    const late = AbortSignal.timeout(patienceMs);
    const tooLate = new Promise<undefined>((resolve) =>
      late.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    let found: FoundSecret[][] | undefined;
    try {
      found = await Promise.race([scanner.scan(texts, personal), tooLate]);
    } catch (error) {
      log.error(`Texts were not looked through for secrets: ${toErrorInfo(error).code}.`, error);
    }
    if (found?.length !== texts.length) throw maskingFailed();
    return found;
  }

  async #replaced(text: string, found: readonly FoundSecret[]): Promise<Masked> {
    const values = new Map<string, KeptValue>();
    let result = '';
    let at = 0;
    for (const { start, end, group, kind } of found) {
      if (group === 'secret' && !this.#options.settings.maskSecrets) continue;
      const value = text.slice(start, end);
      const digest = await this.#digest(value);
      const placeholder = placeholderOf(group, kind, digest);
      values.set(digest, { digest, value, placeholder });
      result += text.slice(at, start) + placeholder;
      at = end;
    }
    return { text: result + text.slice(at), values: [...values.values()] };
  }

  async #digest(value: string): Promise<string> {
    const bytes = new Uint8Array(
      await crypto.subtle.sign('HMAC', await this.#cryptoKey(), new TextEncoder().encode(value)),
    );
    const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    return digits.slice(0, digestDigits);
  }

  /** One that could not be had is asked for again with the next text. */
  #cryptoKey(): Promise<HmacKey> {
    this.#key ??= this.#options
      .key()
      .then(hmacKey)
      .catch((error: unknown) => {
        this.#key = undefined;
        this.#options.log.error('The key of placeholders could not be had.', error);
        throw maskingFailed();
      });
    return this.#key;
  }
}
