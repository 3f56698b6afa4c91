/** Windows with a store and its recall, on scratch databases. */
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../../../src/core/ports.ts';
import type { Embedder } from '../../../../src/core/providers/embedder.ts';
import type { EntryDraft } from '../../../../src/protocol/entries.ts';
import type { RecalledEntry } from '../../../../src/protocol/memory.ts';
import type { LinkedSessionStore } from '../../../../src/store/openSessionStore.ts';
import { type ClosableRecall, openRecall } from '../../../../src/workers/openRecall.ts';
import { workerUrl } from '../../../support/core.ts';
import { Scratch, user } from '../../store/sqlite/samples.ts';

export interface Asked {
  scope?: 'session' | 'workspace';
  leafId?: string;
  except?: readonly string[];
  limit?: number;
  signal?: AbortSignal;
}

export class RecallWindow {
  readonly store: LinkedSessionStore;
  readonly recall: ClosableRecall;
  /** What was logged. */
  readonly lines: string[] = [];
  /** Codes of what the user was told. */
  readonly told: string[] = [];

  constructor(
    stores: readonly LinkedSessionStore[],
    url: URL = workerUrl('recall'),
    isWanted = true,
    embedder?: Pick<Embedder, 'model' | 'directions'>,
  ) {
    const [own] = stores;
    if (!own) throw new TypeError('A window has a store.');
    this.store = own;
    const write = (line: string) => void this.lines.push(line);
    const log: Log = { info: write, warn: write, error: write };
    this.recall = openRecall({
      workerUrl: url,
      stores,
      isWanted: () => isWanted,
      log,
      ...(embedder === undefined ? {} : { embedder }),
      tell: (error) => void this.told.push(error.code),
    });
  }

  /** Ids of the entries that are found for what they say or what is noted of them. */
  async ids(sessionId: string, text: string, asked: Asked = {}): Promise<string[]> {
    return (await this.hits(sessionId, text, asked)).map(({ entryId }) => entryId);
  }

  /** Without those that are found for their meaning, or for what stands around them, which is in the index's tests. */
  async hits(sessionId: string, text: string, asked: Asked = {}): Promise<RecalledEntry[]> {
    const all = await this.all(sessionId, text, asked);
    return all.filter(({ why, terms }) => why === 'note' || terms.length > 0);
  }

  all(sessionId: string, text: string, { signal, ...asked }: Asked = {}) {
    const question = {
      sessionId,
      text,
      now: Date.now(),
      leafId: asked.leafId,
      limit: asked.limit ?? 20,
      except: new Set(asked.except),
      scope: asked.scope ?? 'session',
    } as const;
    return this.recall.search(question, signal);
  }
}

export class Windows extends Scratch {
  readonly #opened: RecallWindow[] = [];

  /** A window on the database, as another process has it. */
  window(
    options: {
      key?: Uint8Array;
      url?: URL;
      storeUrl?: URL;
      isWanted?: boolean;
      embedder?: Pick<Embedder, 'model' | 'directions'>;
    } = {},
  ): RecallWindow {
    const made = new RecallWindow(
      [this.open(options.key, this.file, options.storeUrl)],
      options.url,
      options.isWanted,
      options.embedder,
    );
    this.#opened.push(made);
    return made;
  }

  /** A window that shows the sessions of other databases too. */
  windowOn(stores: readonly LinkedSessionStore[]): RecallWindow {
    const made = new RecallWindow(stores);
    this.#opened.push(made);
    return made;
  }

  override async closeAll(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map(({ recall }) => recall.close()));
    await super.closeAll();
  }

  /** Runs of a session that are in the database, as `from-to`. */
  runs(sessionId: string): string[] {
    const db = new DatabaseSync(this.file, { readOnly: true, timeout: 10_000 });
    try {
      return db
        .prepare(
          'SELECT from_seq, to_seq FROM recall_run WHERE session_id = ? AND from_seq > 0 ORDER BY from_seq',
        )
        .all(sessionId)
        .map((row) => `${row.from_seq}-${row.to_seq}`);
    } finally {
      db.close();
    }
  }

  /** Resolves once the runs of the session reach up to that place. */
  async kept(sessionId: string, through: number): Promise<void> {
    while (!this.runs(sessionId).at(-1)?.endsWith(`-${through}`)) await setImmediate();
  }

  /** Changes the database behind everybody's back. */
  damage(sql: string): void {
    const db = new DatabaseSync(this.file, { timeout: 10_000 });
    db.exec(sql);
    db.close();
  }
}

/** Inputs that say nothing of interest. */
export const idle = (count: number): EntryDraft[] =>
  Array.from({ length: count }, (_, at) => user(`idle chatter number${at}`));
