/** What a user types, on its way into the store: masked, so that the database never has a secret of theirs. */
import type { UserEntryDraft } from '../protocol/entries.ts';
import type { Draft } from '../protocol/session.ts';
import { invalidInput, toErrorInfo } from './errors.ts';
import { draftTexts, longestTitle, saidTexts } from './secrets/maskedEntries.ts';
import type { Masker } from './secrets/masker.ts';
import type { SessionStore } from './session/store.ts';

type Store = Pick<SessionStore, 'draft' | 'setDraft' | 'get'>;

export class TypedTexts {
  readonly #store: Store;
  readonly #masker: Masker;

  constructor(store: Store, masker: Masker) {
    this.#store = store;
    this.#masker = masker;
  }

  /** An input as it is stored and sent. Throws `masking_failed`. */
  input(sessionId: string, user: UserEntryDraft): Promise<UserEntryDraft> {
    return this.#masker.through(user, sessionId, saidTexts);
  }

  /** Cut where the placeholder is longer than what it stands for. Throws `invalid_input` and `masking_failed`. */
  async title(sessionId: string, title: string): Promise<string> {
    const trimmed = title.trim();
    if (trimmed === '' || trimmed.length > longestTitle)
      throw invalidInput('title', `${trimmed.length} characters`, `1 to ${longestTitle} characters`);
    const [masked = ''] = await this.#masker.texts([trimmed], sessionId);
    return masked.slice(0, longestTitle);
  }

  /** As `Assistant.restored`. A fork knows what the session it came from knows. */
  async restored(sessionId: string, text: string, sources: readonly string[]): Promise<string> {
    const origin = (await this.#store.get(sessionId))?.forkedFrom?.sessionId;
    return this.#masker.restored(text, origin === undefined ? [sessionId] : [sessionId, origin], sources);
  }

  /** As it was typed, as far as this process knows what was masked in it. */
  async draft(sessionId: string): Promise<Draft | undefined> {
    const draft = await this.#store.draft(sessionId);
    return draft && this.#masker.shown(draft, sessionId, draftTexts);
  }

  /** Where nobody could look for secrets, what was kept before stays; the panel tells it again with the next letter. */
  async setDraft(sessionId: string, draft: Draft): Promise<void> {
    let masked: Draft;
    try {
      masked = await this.#masker.through(draft, sessionId, draftTexts);
    } catch (error) {
      if (toErrorInfo(error).code === 'masking_failed') return;
      throw error;
    }
    await this.#store.setDraft(sessionId, masked);
  }
}
