/** Several stores seen as one: a window's own, and those of related workspaces whose sessions it shows too. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { toErrorInfo } from '../core/errors.ts';
import type {
  Answerer,
  LiveTurn,
  SessionInit,
  SessionStore,
  StoreChange,
  StoreStatus,
  SubmitResult,
  TreeLink,
  TurnState,
} from '../core/session/store.ts';
import type { AssistantBlock } from '../protocol/content.ts';
import type {
  AssistantEntry,
  AssistantEntryDraft,
  Entry,
  EntryDraft,
  EntryKind,
  UserEntry,
  UserEntryDraft,
} from '../protocol/entries.ts';
import type { Draft, QueuedTurn, SearchHit, SessionSummary } from '../protocol/session.ts';

const defaultListLimit = 200;
const defaultSearchLimit = 50;

/** The part of an export's first line that is looked at here; the primary store checks the whole. */
const newline = '\n'.charCodeAt(0);
const importHeader = z.looseObject({ id: z.uuid() });

/**
 * New and imported sessions go to the primary store; all else goes to where the session is. What the primary store
 * cannot do fails; a related store that cannot be read leaves its sessions out and is told as a notice, once.
 */
export class CompositeStore implements SessionStore {
  readonly #primary: SessionStore;
  readonly #related: SessionStore[] = [];
  readonly #changes = new Emitter<StoreChange>();
  readonly #subscriptions: Disposable[] = [];
  readonly #homes = new Map<string, SessionStore>();
  readonly #turnHomes = new Map<string, SessionStore>();
  readonly #unreadable = new Set<SessionStore>();

  readonly onDidChange = this.#changes.event;

  /** Owns the stores: they are closed with it. */
  constructor(primary: SessionStore, related: readonly SessionStore[]) {
    this.#primary = primary;
    this.#follow(primary);
    for (const store of related) this.add(store);
  }

  /** Shows the sessions of one more store from now on. */
  add(store: SessionStore): void {
    this.#related.push(store);
    this.#follow(store);
  }

  async status(): Promise<StoreStatus> {
    const status = await this.#primary.status();
    const others = await this.#ofRelated((store) => store.status());
    return {
      ...status,
      // One that cannot be written keeps the form it has, and is nobody's to change here.
      encrypted: status.encrypted && others.every(({ mode, encrypted }) => encrypted || mode !== 'normal'),
      notices: [...status.notices, ...others.flatMap(({ notices }) => notices)],
    };
  }

  async create(init: SessionInit): Promise<SessionSummary> {
    return this.#primary.create(init);
  }

  async list(
    options: { trashed?: boolean; limit?: number; before?: number } = {},
  ): Promise<SessionSummary[]> {
    // The same limit for each, so that what is cut off is older than all that is shown.
    const asked = { ...options, limit: options.limit ?? defaultListLimit };
    const lists = await this.#ofAll(async (store) => {
      const sessions = await store.list(asked);
      for (const { id } of sessions) this.#settle(id, store);
      return { store, sessions };
    });
    return lists
      .flatMap(({ store, sessions }) => sessions.filter(({ id }) => this.#homes.get(id) === store))
      .sort((a, b) => b.updatedAt - a.updatedAt)
      .slice(0, asked.limit);
  }

  async get(sessionId: string): Promise<SessionSummary | undefined> {
    return (await this.#home(sessionId)).get(sessionId);
  }

  async append(sessionId: string, drafts: EntryDraft[]): Promise<Entry[]> {
    return (await this.#home(sessionId)).append(sessionId, drafts);
  }

  async entry(sessionId: string, entryId: string): Promise<Entry | undefined> {
    return (await this.#home(sessionId)).entry(sessionId, entryId);
  }

  async path(...args: Parameters<SessionStore['path']>): Promise<Entry[]> {
    return (await this.#home(args[0])).path(...args);
  }

  async log(...args: Parameters<SessionStore['log']>): Promise<Entry[]> {
    return (await this.#home(args[0])).log(...args);
  }

  async links(...args: Parameters<SessionStore['links']>): Promise<TreeLink[]> {
    return (await this.#home(args[0])).links(...args);
  }

  async entries(...args: Parameters<SessionStore['entries']>): Promise<Entry[]> {
    return (await this.#home(args[0])).entries(...args);
  }

  async lineage(...args: Parameters<SessionStore['lineage']>) {
    return (await this.#home(args[0])).lineage(...args);
  }

  async ofKinds<K extends EntryKind>(
    sessionId: string,
    kinds: readonly K[],
  ): Promise<Extract<Entry, { kind: K }>[]> {
    return (await this.#home(sessionId)).ofKinds(sessionId, kinds);
  }

  /** The fork stays with the session it comes from. */
  async fork(sessionId: string, entryId: string, init: SessionInit): Promise<SessionSummary> {
    return (await this.#home(sessionId)).fork(sessionId, entryId, init);
  }

  async share(sessionId: string, shared: boolean): Promise<void> {
    return (await this.#home(sessionId)).share(sessionId, shared);
  }

  async trash(sessionId: string): Promise<void> {
    return (await this.#home(sessionId)).trash(sessionId);
  }

  async restore(sessionId: string): Promise<void> {
    return (await this.#home(sessionId)).restore(sessionId);
  }

  async purge(sessionId: string): Promise<void> {
    await (await this.#home(sessionId)).purge(sessionId);
    this.#homes.delete(sessionId);
  }

  /** Ranks of different stores cannot be compared, so the best hits of each come first, in turn. */
  async search(query: string, options: { limit?: number } = {}): Promise<SearchHit[]> {
    const limit = options.limit ?? defaultSearchLimit;
    const hits = await this.#ofAll((store) => store.search(query, { limit }));
    const longest = Math.max(...hits.map((list) => list.length));
    return Array.from({ length: longest }, (_, rank) => hits.flatMap((list) => list[rank] ?? []))
      .flat()
      .slice(0, limit);
  }

  async draft(sessionId: string): Promise<Draft | undefined> {
    return (await this.#home(sessionId)).draft(sessionId);
  }

  async setDraft(...args: Parameters<SessionStore['setDraft']>): Promise<void> {
    return (await this.#home(args[0])).setDraft(...args);
  }

  async keepDraftMedia(...args: Parameters<SessionStore['keepDraftMedia']>): Promise<void> {
    return (await this.#home(args[0])).keepDraftMedia(...args);
  }

  async draftMedia(...args: Parameters<SessionStore['draftMedia']>): Promise<Uint8Array | undefined> {
    return (await this.#home(args[0])).draftMedia(...args);
  }

  async exportSession(sessionId: string): Promise<string> {
    return (await this.#home(sessionId)).exportSession(sessionId);
  }

  /** The primary store looks for the id in itself only, so one that another store has is replaced before. */
  async importSession(jsonl: string | Uint8Array): Promise<SessionSummary> {
    const isText = typeof jsonl === 'string';
    const end = Math.max(0, isText ? jsonl.indexOf('\n') : jsonl.indexOf(newline));
    const first = isText ? jsonl.slice(0, end) : new TextDecoder().decode(jsonl.subarray(0, end));
    const header = importHeader.safeParse(jsonOf(first));
    if (!header.success || (await this.get(header.data.id)) === undefined)
      return this.#primary.importSession(jsonl);
    const renamed = JSON.stringify({ ...header.data, id: randomUUID() });
    return this.#primary.importSession(
      isText ? renamed + jsonl.slice(end) : Buffer.concat([Buffer.from(renamed), jsonl.subarray(end)]),
    );
  }

  async submitTurn(user: UserEntryDraft, sessionId: string, by: Answerer): Promise<SubmitResult> {
    const home = await this.#home(sessionId);
    const result = await home.submitTurn(user, sessionId, by);
    this.#turnHomes.set(user.turnId, home);
    return result;
  }

  async promote(sessionId: string): Promise<UserEntry | undefined> {
    const home = await this.#home(sessionId);
    const entry = await home.promote(sessionId);
    if (entry) this.#turnHomes.set(entry.turnId, home);
    return entry;
  }

  /** A queued turn may be another window's, so that every store is asked. */
  async withdraw(turnId: string): Promise<boolean> {
    const home = this.#turnHomes.get(turnId);
    for (const store of home ? [home] : this.#stores) {
      if (await store.withdraw(turnId)) {
        this.#turnHomes.delete(turnId);
        return true;
      }
    }
    return false;
  }

  async queue(sessionId: string): Promise<QueuedTurn[]> {
    return (await this.#home(sessionId)).queue(sessionId);
  }

  async turn(sessionId: string, turnId: string): Promise<TurnState | undefined> {
    return (await this.#home(sessionId)).turn(sessionId, turnId);
  }

  async liveTurn(sessionId: string): Promise<LiveTurn | undefined> {
    return (await this.#home(sessionId)).liveTurn(sessionId);
  }

  async checkpoint(turnId: string, content: AssistantBlock[]): Promise<boolean> {
    return this.#turnHome(turnId).checkpoint(turnId, content);
  }

  async appendInTurn(turnId: string, drafts: EntryDraft[]): Promise<Entry[]> {
    return this.#turnHome(turnId).appendInTurn(turnId, drafts);
  }

  async finishTurn(turnId: string, draft: AssistantEntryDraft): Promise<AssistantEntry> {
    const entry = await this.#turnHome(turnId).finishTurn(turnId, draft);
    this.#turnHomes.delete(turnId);
    return entry;
  }

  /**
   * Each store that is not yet so, and all of them for another key, so that nothing this window shows stays in plain.
   * Related ones that cannot be written are left out. Throws the first failure after all were tried.
   */
  async setEncryption(key: Uint8Array | undefined): Promise<void> {
    const related = await this.#ofRelated(async (store) => ({ store, status: await store.status() }));
    const all = [
      { store: this.#primary, status: await this.#primary.status() },
      ...related.filter(({ status }) => status.mode === 'normal'),
    ];
    const differing = all.filter(({ status }) => status.encrypted !== (key !== undefined));
    const asked = differing.length > 0 ? differing : all;
    await allOrFirstFailure(asked.map(({ store }) => store.setEncryption(key)));
  }

  async unlock(key: Uint8Array | undefined): Promise<StoreStatus> {
    await this.#ofAll((store) => store.unlock(key));
    return this.status();
  }

  /** Of the primary store; related workspaces are backed up by windows of their own. */
  async backup(): Promise<string> {
    return this.#primary.backup();
  }

  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.dispose();
    await allOrFirstFailure(this.#stores.map((store) => store.close()));
    this.#changes.dispose();
  }

  get #stores(): SessionStore[] {
    return [this.#primary, ...this.#related];
  }

  #follow(store: SessionStore): void {
    this.#subscriptions.push(
      store.onDidChange((change) => {
        if (change.type === 'session') this.#settle(change.session.id, store);
        this.#changes.fire(change);
      }),
    );
  }

  /** Should two stores have a session of the same id, the primary's is the one that is shown. */
  #settle(sessionId: string, store: SessionStore): void {
    if (store === this.#primary || !this.#homes.has(sessionId)) this.#homes.set(sessionId, store);
  }

  /** Where a session is; the primary store when it is nowhere, whose words for that are right. */
  async #home(sessionId: string): Promise<SessionStore> {
    const known = this.#homes.get(sessionId);
    if (known) return known;
    for (const store of this.#stores) {
      const ask = (asked: SessionStore) => asked.get(sessionId);
      const [found] = store === this.#primary ? [await ask(store)] : await this.#try(store, ask);
      if (!found) continue;
      this.#settle(sessionId, store);
      return store;
    }
    return this.#primary;
  }

  #turnHome(turnId: string): SessionStore {
    return this.#turnHomes.get(turnId) ?? this.#primary;
  }

  async #ofAll<T>(ask: (store: SessionStore) => Promise<T>): Promise<T[]> {
    const [own, others] = await Promise.all([ask(this.#primary), this.#ofRelated(ask)]);
    return [own, ...others];
  }

  async #ofRelated<T>(ask: (store: SessionStore) => Promise<T>): Promise<T[]> {
    return (await Promise.all(this.#related.map((store) => this.#try(store, ask)))).flat();
  }

  /** One answer, or none when the store cannot give it; then the user is told, once for each store. */
  async #try<T>(store: SessionStore, ask: (store: SessionStore) => Promise<T>): Promise<[T] | []> {
    try {
      const answer = await ask(store);
      this.#unreadable.delete(store);
      return [answer];
    } catch (error) {
      if (!this.#unreadable.has(store)) {
        this.#unreadable.add(store);
        this.#changes.fire({ type: 'notice', own: true, notice: toErrorInfo(error) });
      }
      return [];
    }
  }
}

async function allOrFirstFailure(all: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(all)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The primary store says what is wrong with the line.
    return undefined;
  }
}
