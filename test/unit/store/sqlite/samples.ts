/** Stores on scratch databases, entries of every kind, and what tests wait for. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionStore, StoreChange } from '../../../../src/core/session/store.ts';
import type { AssistantEntryDraft, EntryDraft, UserEntryDraft } from '../../../../src/protocol/entries.ts';
import { type LinkedSessionStore, openSessionStore } from '../../../../src/store/openSessionStore.ts';
import { workerUrl } from '../../../support/core.ts';
import type { Backend } from '../contract/backend.ts';

export const by = { provider: 'anthropic', model: 'claude' };

export const user = (text: string, turnId: string = crypto.randomUUID()): UserEntryDraft => ({
  kind: 'user',
  id: crypto.randomUUID(),
  turnId,
  at: Date.now(),
  door: 'panel',
  content: [{ type: 'text', text }],
  grounding: 'off',
});

export const answer = (text: string, turnId: string): AssistantEntryDraft => ({
  kind: 'assistant',
  id: crypto.randomUUID(),
  turnId,
  at: Date.now(),
  door: 'core',
  ...by,
  content: [{ type: 'text', text }],
  outcome: 'done',
});

const mark = () => ({ id: crypto.randomUUID(), at: Date.now(), door: 'panel' as const });
export const title = (text: string): EntryDraft => ({ kind: 'title', ...mark(), title: text });
export const rewindTo = (parentId: string): EntryDraft => ({ kind: 'rewind', ...mark(), parentId });

/** A folder of databases; all that was opened in it is closed by `end`. */
export class Scratch implements Backend {
  readonly folder = mkdtempSync(join(tmpdir(), 'causeway-store-'));
  readonly file = join(this.folder, 'sessions.db');
  readonly #opened: SessionStore[] = [];

  open(key?: Uint8Array, file: string = this.file, url: URL = workerUrl('store')): LinkedSessionStore {
    const store = openSessionStore({
      file,
      workspaceId: 'w',
      workerUrl: url,
      ...(key === undefined ? {} : { key }),
    });
    this.#opened.push(store);
    return store;
  }

  openOther(): LinkedSessionStore {
    return this.open(undefined, `${this.file}-other`);
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((store) => store.close()));
  }

  async end(): Promise<void> {
    await this.closeAll();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Paths of the files that hold any of these words, in whatever case. */
  filesWith(...words: string[]): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => {
        const text = readFileSync(path).toString('latin1').toLowerCase();
        return words.some((word) => text.includes(word.toLowerCase()));
      });
  }
}

/** The first change from now on that fits. */
export const change = <T extends StoreChange['type']>(
  store: SessionStore,
  type: T,
  fits: (change: Extract<StoreChange, { type: T }>) => boolean = () => true,
): Promise<Extract<StoreChange, { type: T }>> =>
  new Promise((resolve) => {
    const subscription = store.onDidChange((seen) => {
      if (seen.type !== type) return;
      const found = seen as Extract<StoreChange, { type: T }>;
      if (!fits(found)) return;
      subscription.dispose();
      resolve(found);
    });
  });

export async function filled(store: SessionStore, ...texts: string[]): Promise<string> {
  const { id } = await store.create({ door: 'panel' });
  for (const text of texts) await store.append(id, [user(text)]);
  return id;
}

/** Words of a log's user entries, in order. */
export async function textsOf(store: SessionStore, sessionId: string): Promise<string[]> {
  const entries = await store.log(sessionId);
  return entries.flatMap((entry) =>
    entry.kind === 'user'
      ? entry.content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
      : [],
  );
}
