/** The session store over Redis, for any number of instances beside each other. */
import { randomUUID } from 'node:crypto';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Emitter } from '../../base/emitter.ts';
import { notFound, notWithRedis, toErrorInfo } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type {
  Answerer,
  EntryLink,
  LiveTurn,
  PathOptions,
  SessionInit,
  StoreChange,
  StoreStatus,
  SubmitResult,
  TreeLink,
  TurnState,
} from '../../core/session/store.ts';
import type { AssistantBlock } from '../../protocol/content.ts';
import type {
  AssistantEntry,
  AssistantEntryDraft,
  Entry,
  EntryDraft,
  EntryKind,
  UserEntry,
  UserEntryDraft,
} from '../../protocol/entries.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import {
  type Draft,
  draft as draftSchema,
  isEmptyDraft,
  type QueuedTurn,
  type SearchHit,
  type SessionSummary,
} from '../../protocol/session.ts';
import { isOfKind } from '../isOfKind.ts';
import type { LinkedSessionStore } from '../openSessionStore.ts';
import { madeBy, type SessionDetails, untitled } from '../sessionDetails.ts';
import { StoreLinks } from '../storeLinks.ts';
import { exportLines, parseExport } from '../transfer.ts';
import type { RedisAddress } from './address.ts';
import { changeSourceOf } from './changeSource.ts';
import { Changes } from './changes.ts';
import { RedisConnection } from './connection.ts';
import { durabilityNotice } from './durability.ts';
import { RedisInputs } from './inputs.ts';
import { workspaceKeys } from './keys.ts';
import { LogReader } from './logReader.ts';
import { Plan } from './plan.ts';
import { purgeSession } from './purge.ts';
import { recallSourceOf } from './recallSource.ts';
import { keepDraft } from './scripts.ts';
import { searchSessions } from './search.ts';
import { RedisSessions, wantedFor } from './sessions.ts';
import { summaryOf } from './state.ts';
import { RedisTurns } from './turns.ts';
import { Upkeep } from './upkeep.ts';

const defaultListLimit = 200;
const defaultSearchLimit = 50;
/** More than any session has; stands for "all". */
const unlimited = 1_000_000_000;

export class RedisStore implements LinkedSessionStore {
  readonly #emitter = new Emitter<StoreChange>();
  readonly #redis: RedisConnection;
  /** Reads entries and inputs, which may be large. */
  readonly #large: RedisConnection;
  readonly #sessions: RedisSessions;
  readonly #log: LogReader;
  readonly #turns: RedisTurns;
  readonly #changes: Changes;
  readonly #notices: ErrorInfo[] = [];
  #upkeep: Upkeep | undefined;

  readonly #links: StoreLinks;
  readonly #ports: MessagePort[] = [];
  readonly #ended = new Emitter<void>();

  readonly onDidChange = this.#emitter.event;
  /** Never: what is linked is served here, and lives as long as this does. */
  readonly onDidEnd = this.#ended.event;

  private constructor(address: RedisAddress, workspaceId: string, log: Log) {
    const keys = workspaceKeys(workspaceId);
    this.#redis = new RedisConnection(address);
    this.#sessions = new RedisSessions(this.#redis, keys, workspaceId);
    this.#large = this.#redis.forLarge();
    this.#log = new LogReader(this.#large, keys);
    this.#turns = new RedisTurns(this.#sessions, this.#log, new RedisInputs(this.#large, keys));
    const source = changeSourceOf(this.#sessions, this.#log, this.#turns);
    const tell = (change: StoreChange) => {
      this.#links.tell(change);
      this.#emitter.fire(change);
    };
    this.#changes = new Changes(this.#redis, keys, this.#sessions.holder, source, tell, log);
    this.#links = new StoreLinks(recallSourceOf(this.#sessions, this.#log, () => this.#changes.rewinds));
  }

  /** `workspaceId` names the workspace, on each instance the same. Throws `store_unavailable` and `store_refused`. */
  static async open(address: RedisAddress, workspaceId: string, log: Log): Promise<RedisStore> {
    const store = new RedisStore(address, workspaceId, log);
    try {
      await store.#redis.command('PING');
      const notice = await durabilityNotice(store.#redis);
      if (notice) store.#notices.push(toErrorInfo(notice));
      await store.#changes.begin();
      store.#sessions.tellTo(store.#changes);
      store.#upkeep = new Upkeep(store.#turns, store.#redis, log);
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  link(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.#links.serve(port1);
    this.#ports.push(port1);
    return port2;
  }

  async status(): Promise<StoreStatus> {
    return {
      mode: 'normal',
      encrypted: false,
      fullText: true,
      journal: 'redis',
      notices: [...this.#notices],
    };
  }

  async create(init: SessionInit): Promise<SessionSummary> {
    const details = { title: init.title ?? untitled, titled: init.title !== undefined, ...madeBy(init) };
    return this.#begin(init, Date.now(), details, []);
  }

  async list(
    options: { trashed?: boolean; limit?: number; before?: number } = {},
  ): Promise<SessionSummary[]> {
    const { sessions, trash } = this.#sessions.keys;
    const limit = options.limit ?? defaultListLimit;
    return this.#sessions.list(options.trashed ? trash : sessions, limit, options.before);
  }

  get(sessionId: string): Promise<SessionSummary | undefined> {
    return this.#sessions.summary(sessionId);
  }

  append(sessionId: string, drafts: EntryDraft[]): Promise<Entry[]> {
    return this.#change(sessionId, drafts, (plan) => plan.append(drafts));
  }

  async entry(sessionId: string, entryId: string): Promise<Entry | undefined> {
    return this.#ofSession(sessionId, async () => {
      const [place] = await this.#log.places(sessionId, [entryId]);
      return place === undefined ? undefined : (await this.#log.at(sessionId, [place]))[0];
    });
  }

  async path(sessionId: string, options: PathOptions = {}): Promise<Entry[]> {
    const places = (await this.#branch(sessionId, options)).map(({ seq }) => seq);
    return this.#log.at(sessionId, places);
  }

  async lineage(sessionId: string, options: PathOptions = {}): Promise<EntryLink[]> {
    return (await this.#branch(sessionId, options)).map(({ id, kind }) => ({ id, kind }));
  }

  async log(sessionId: string, options: { afterSeq?: number; limit?: number } = {}): Promise<Entry[]> {
    const { entryCount } = await this.#summary(sessionId);
    const from = (options.afterSeq ?? 0) + 1;
    return this.#log.range(sessionId, from, Math.min(entryCount, from - 1 + (options.limit ?? unlimited)));
  }

  async links(sessionId: string, { afterSeq = 0, limit = unlimited } = {}): Promise<TreeLink[]> {
    const all = await this.#ofSession(sessionId, () => this.#log.links(sessionId));
    return all.slice(afterSeq, afterSeq + limit);
  }

  async entries(sessionId: string, ids: readonly string[]): Promise<Entry[]> {
    return this.#ofSession(sessionId, async () =>
      this.#log.saidAt(sessionId, await this.#log.places(sessionId, ids)),
    );
  }

  async ofKinds<K extends EntryKind>(
    sessionId: string,
    kinds: readonly K[],
  ): Promise<Extract<Entry, { kind: K }>[]> {
    const found = await this.#ofSession(sessionId, async () =>
      this.#log.at(sessionId, await this.#log.placesOfKinds(sessionId, kinds)),
    );
    return found.filter((entry) => isOfKind(entry, kinds));
  }

  async fork(sessionId: string, entryId: string, init: SessionInit): Promise<SessionSummary> {
    const { title } = await this.#summary(sessionId);
    const path = await this.path(sessionId, { leafId: entryId });
    if (path.length === 0) throw notFound('entry', entryId);
    const details = {
      title: init.title ?? title,
      titled: true,
      forkedFrom: { sessionId, entryId },
      ...madeBy(init),
    };
    return this.#begin(init, Date.now(), details, path);
  }

  async share(sessionId: string, shared: boolean): Promise<void> {
    await this.#change(sessionId, [], (plan) => plan.set({ details: { ...plan.row.details, shared } }));
  }

  async trash(sessionId: string): Promise<void> {
    await this.#change(sessionId, [], (plan) => plan.set({ trashedAt: Date.now() }));
  }

  async restore(sessionId: string): Promise<void> {
    await this.#change(sessionId, [], (plan) => plan.set({ trashedAt: undefined }));
  }

  purge(sessionId: string): Promise<void> {
    return purgeSession(this.#sessions, sessionId);
  }

  async search(query: string, options: { limit?: number } = {}): Promise<SearchHit[]> {
    const { keys } = this.#sessions;
    const sessions = await this.#sessions.list(keys.sessions);
    return searchSessions(this.#large, keys, sessions, query, options.limit ?? defaultSearchLimit);
  }

  /** Programs attach what they send to the turn itself; drafts with pasted files are of a window alone. */
  async keepDraftMedia(): Promise<void> {
    throw notWithRedis('A picture in a draft', 'Send it with the turn.');
  }

  async draftMedia(): Promise<Uint8Array | undefined> {
    return undefined;
  }

  async draft(sessionId: string): Promise<Draft | undefined> {
    const reply = await this.#ofSession(sessionId, () =>
      this.#redis.command('GET', this.#sessions.keys.draft(sessionId)),
    );
    return typeof reply === 'string' ? draftSchema.parse(JSON.parse(reply)) : undefined;
  }

  async setDraft(sessionId: string, draft: Draft | undefined): Promise<void> {
    const { keys } = this.#sessions;
    const text = !draft || isEmptyDraft(draft) ? '' : JSON.stringify(draft);
    const kept = await this.#redis.run(keepDraft, [keys.session(sessionId), keys.draft(sessionId)], [text]);
    if (kept !== 1) throw notFound('session', sessionId);
  }

  async exportSession(sessionId: string): Promise<string> {
    const { row } = await this.#sessions.state(sessionId);
    const entries = await this.#log.range(sessionId, 1, row.seq);
    return exportLines(summaryOf(row, this.#sessions.workspaceId), row.details.titled, entries);
  }

  async importSession(jsonl: string | Uint8Array): Promise<SessionSummary> {
    const { header, entries } = parseExport(
      typeof jsonl === 'string' ? jsonl : new TextDecoder().decode(jsonl),
    );
    const id = (await this.#sessions.has(header.id)) ? randomUUID() : header.id;
    const details = {
      title: header.title ?? untitled,
      titled: header.title !== undefined,
      ...madeBy(header),
      ...(header.forkedFrom === undefined ? {} : { forkedFrom: header.forkedFrom }),
    };
    return this.#begin({ id, door: header.door }, header.createdAt, details, entries);
  }

  submitTurn(user: UserEntryDraft, sessionId: string, by: Answerer): Promise<SubmitResult> {
    return this.#turns.submit(sessionId, user, by);
  }

  promote(sessionId: string): Promise<UserEntry | undefined> {
    return this.#turns.promote(sessionId);
  }

  withdraw(turnId: string): Promise<boolean> {
    return this.#turns.withdraw(turnId);
  }

  queue(sessionId: string): Promise<QueuedTurn[]> {
    return this.#turns.queue(sessionId);
  }

  turn(sessionId: string, turnId: string): Promise<TurnState | undefined> {
    return this.#turns.state(sessionId, turnId);
  }

  liveTurn(sessionId: string): Promise<LiveTurn | undefined> {
    return this.#turns.live(sessionId);
  }

  checkpoint(turnId: string, content: AssistantBlock[]): Promise<boolean> {
    return this.#turns.checkpoint(turnId, content);
  }

  appendInTurn(turnId: string, drafts: EntryDraft[]): Promise<Entry[]> {
    return this.#turns.append(turnId, drafts);
  }

  finishTurn(turnId: string, draft: AssistantEntryDraft): Promise<AssistantEntry> {
    return this.#turns.finish(turnId, draft);
  }

  async setEncryption(): Promise<void> {
    throw notWithRedis(
      'Encrypting them',
      'Encrypt the disk that Redis writes to, and reach it through rediss://.',
    );
  }

  /** What is not locked stays as it is. */
  unlock(): Promise<StoreStatus> {
    return this.status();
  }

  async backup(): Promise<string> {
    throw notWithRedis('A backup', 'Copy the files that Redis itself keeps, as its own guide says.');
  }

  async close(): Promise<void> {
    await this.#upkeep?.end();
    await this.#changes.close();
    await Promise.all([this.#redis.close(), this.#large.close()]);
    for (const port of this.#ports.splice(0)) port.close();
    this.#emitter.dispose();
    this.#ended.dispose();
  }

  /** Makes a session with its first entries, as one change. */
  async #begin(
    { id = randomUUID(), door, private: isPrivate, title }: SessionInit,
    at: number,
    details: SessionDetails,
    entries: readonly EntryDraft[],
  ): Promise<SessionSummary> {
    if (isPrivate)
      throw notWithRedis('A private session', 'It would be in the memory of one instance alone.');
    const { keys, workspaceId } = this.#sessions;
    const row = {
      id,
      version: 1,
      door,
      createdAt: at,
      updatedAt: at,
      head: null,
      seq: 0,
      bytes: 0,
      trashedAt: undefined,
      details,
    };
    const plan = Plan.beginning(keys, row);
    plan.append(entries);
    // An older title that the branch holds is not the session's.
    if (title !== undefined) plan.set({ details: { ...plan.row.details, title, titled: true } });
    await this.#sessions.begin(plan);
    return summaryOf(plan.row, workspaceId);
  }

  #change<T>(sessionId: string, drafts: readonly EntryDraft[], run: (plan: Plan) => T): Promise<T> {
    return this.#sessions.change(sessionId, wantedFor(drafts), (state) => {
      const plan = Plan.changing(this.#sessions.keys, state);
      return { value: run(plan), plan };
    });
  }

  /** Throws `not_found` where nothing was found because the session is not there. */
  async #ofSession<T>(sessionId: string, read: () => Promise<T>): Promise<T> {
    const [found] = await Promise.all([read(), this.#sessions.mustHave(sessionId)]);
    return found;
  }

  async #summary(sessionId: string): Promise<SessionSummary> {
    const summary = await this.#sessions.summary(sessionId);
    if (!summary) throw notFound('session', sessionId);
    return summary;
  }

  async #branch(sessionId: string, { leafId, beforeId, limit = unlimited }: PathOptions) {
    let start = leafId ?? null;
    if (beforeId !== undefined) {
      const link = await this.#log.link(sessionId, beforeId);
      if (!link) throw notFound('entry', beforeId);
      start = link.parentId;
    } else if (leafId === undefined) start = (await this.#sessions.state(sessionId)).row.head;
    return this.#ofSession(sessionId, async () =>
      start === null ? [] : this.#log.branch(sessionId, start, limit),
    );
  }
}
