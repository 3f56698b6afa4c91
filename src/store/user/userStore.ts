/** The user's database as a worker serves it: opened when first needed, repaired when damaged, safe among processes. */
import { uptime } from 'node:os';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ZodError } from 'zod';
import {
  CausewayError,
  notFound,
  registerReadOnly,
  registerRebuilt,
  registerUnavailable,
  toErrorInfo,
  tooManyAsking,
} from '../../core/errors.ts';
import type { LedgerAnswer, LedgerEntry } from '../../core/limits/ledger.ts';
import type { ClientLimits } from '../../core/limits/limits.ts';
import {
  type Asking,
  type AskingAnswer,
  type AskingInit,
  type Client,
  type ClientInit,
  isActive,
  type KeyedRequest,
  type KeyedTurn,
  type ResolvedWorkspace,
  type WorkspaceIdentity,
  type WorkspaceRecord,
} from '../../core/register.ts';
import type {
  CallBodies,
  KeptCall,
  LoggedCall,
  TimeQuery,
  TimeRow,
  UsageQuery,
  UsageRow,
} from '../../core/relay.ts';
import { canonicalUri } from '../../core/workspace/uri.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import { thisHolder, thisProcess } from '../sqlite/holder.ts';
import { transaction } from '../sqlite/transaction.ts';
import { isCorrupt, isMoved } from '../sqliteErrors.ts';
import { checkClientInit, checkLimits } from './clientInit.ts';
import type { UserDirective } from './directiveTable.ts';
import { sessionDatabaseFile } from './layout.ts';
import { DamagedDatabase, inodeOf, type OpenedFile, openFile } from './openFile.ts';
import { nothingSalvaged, rebuild } from './rebuild.ts';
import { repair } from './repair.ts';
import { hasSessionsIn } from './sessionsIn.ts';
import { writeSidecar } from './sidecars.ts';
import { type Tables, tablesOf } from './tables.ts';
import type { WorkspaceTable } from './workspaceTable.ts';

export interface UserStoreStatus {
  /** `read_only`: written by a newer version. */
  mode: 'normal' | 'read_only';
  /** What the user must be told, such as a repair. */
  notices: ErrorInfo[];
}

interface Handle extends OpenedFile, Tables {
  /** Tells when another process has put a new file in this one's place. */
  inode: bigint | undefined;
}

const isDamage = (error: unknown): boolean =>
  isCorrupt(error) || error instanceof DamagedDatabase || error instanceof ZodError;

/** All methods are synchronous and run in a worker. Errors: `register_unavailable`, and those each method names. */
export class UserStore {
  readonly #file: string;
  readonly #now: () => number;
  readonly #notices: ErrorInfo[] = [];
  readonly #holder = thisHolder();
  readonly #uptimeMs: () => number;
  readonly #process: string;
  #handle: Handle | undefined;

  /** `now` is ms since the epoch; `uptimeMs` since the machine started, its sleep included. */
  constructor(
    file: string,
    now: () => number = Date.now,
    uptimeMs: () => number = () => uptime() * 1000,
    process: string = thisProcess,
  ) {
    this.#file = file;
    this.#now = now;
    this.#uptimeMs = uptimeMs;
    this.#process = process;
  }

  status(): UserStoreStatus {
    const { readOnly } = this.#ready(() => this.#open());
    return { mode: readOnly ? 'read_only' : 'normal', notices: [...this.#notices] };
  }

  /** Throws `register_read_only` for a workspace that is not known when nothing can be written. */
  resolve(identity: WorkspaceIdentity, missingUris: readonly string[]): ResolvedWorkspace {
    const known = this.#readOnly(({ workspaces }) => {
      const record = workspaces.byUri(canonicalUri(identity.uri));
      if (!record) throw registerReadOnly();
      return { ...workspaces.around(record, new Set(missingUris.map(canonicalUri))), isNew: false };
    });
    if (known) return known;
    return this.#write(({ workspaces }) => {
      const resolved = workspaces.resolve(identity, missingUris, this.#now());
      return { result: resolved, changed: [resolved.workspace] };
    });
  }

  workspaces(): WorkspaceRecord[] {
    return this.#read(({ workspaces }) => workspaces.list());
  }

  /** Whether a workspace has sessions, without opening its store. */
  hasSessions(workspaceId: string): boolean {
    return hasSessionsIn(sessionDatabaseFile(dirname(this.#file), workspaceId));
  }

  /** Throws `not_found`, `register_read_only`. */
  reattach(workspaceId: string, identity: WorkspaceIdentity): WorkspaceRecord {
    return this.#write(({ workspaces }) => {
      const holder = workspaces.byUri(canonicalUri(identity.uri));
      const record = workspaces.reattach(workspaceId, identity, this.#now());
      const displaced = holder && holder.id !== record.id ? workspaces.byId(holder.id) : undefined;
      return { result: record, changed: displaced ? [record, displaced] : [record] };
    });
  }

  /** Throws `invalid_input`, `not_found` for a workspace that is not known, `register_read_only`. */
  addClient(rawInit: Parameters<typeof checkClientInit>[0]): { client: Client; token: string } {
    const init = checkClientInit(rawInit);
    return this.#write(({ clients, workspaces }) => {
      if (init.workspaceId !== undefined && !workspaces.byId(init.workspaceId)) {
        throw notFound('workspace', init.workspaceId);
      }
      return { result: clients.add(init, this.#now()) };
    });
  }

  findClient(token: string): Client | undefined {
    const client = this.#read(({ clients }) => clients.find(token));
    const now = this.#now();
    if (client && !isActive(client, now)) {
      // For good: a clock that is set back does not let it in again.
      if (!this.#handle?.readOnly) this.revokeClient(client.id);
      return undefined;
    }
    if (!client || this.#handle?.readOnly || !this.#read(({ clients }) => clients.isUseNews(client, now))) {
      return client;
    }
    this.#write(({ clients }) => ({ result: clients.used(client.id, now) }));
    return { ...client, lastUsedAt: now };
  }

  clients(): Client[] {
    return this.#read(({ clients }) => clients.list());
  }

  /** Throws `register_read_only`. */
  revokeClient(clientId: string): boolean {
    return this.#write(({ clients }) => ({ result: clients.revoke(clientId, this.#now()) }));
  }

  /** Throws `not_found` for a client that is not active, `register_read_only`. */
  rotateClient(clientId: string): string {
    return this.#write(({ clients }) => {
      const token = clients.rotate(clientId, this.#now());
      if (token === undefined) throw notFound('active client', clientId);
      return { result: token };
    });
  }

  /** Throws `invalid_input`, `not_found`, `register_read_only`. */
  limitClient(clientId: string, raw: ClientLimits): void {
    const limits = checkLimits(raw);
    this.#write(({ clients }) => {
      if (clientId === 'all') clients.limitAll(limits);
      else if (!clients.limit(clientId, limits)) throw notFound('client', clientId);
      return { result: undefined };
    });
  }

  /** One transaction over all processes. Throws `register_read_only`. */
  exchangeLimits(entry: LedgerEntry): LedgerAnswer {
    return this.#write(({ clients, limits, clock }) => {
      const client = clients.list().find(({ id }) => id === entry.clientId);
      const bounds = { client: client?.limits ?? {}, all: clients.overallLimits() };
      return { result: limits.exchange(entry, bounds, this.#process, clock.advance(this.#reading())) };
    });
  }

  /** Throws `invalid_input`, `too_many_asking`, `register_read_only`. */
  ask(init: AskingInit): { asking: Asking; pending: string } {
    const { name, scopes } = checkClientInit(init);
    return this.#write(({ asking, clock }) => {
      const asked = asking.ask({ ...init, name, scopes }, this.#now(), clock.advance(this.#reading()));
      if (!asked) throw tooManyAsking();
      return { result: asked };
    });
  }

  asking(): Asking[] {
    return this.#read(({ asking, clock }) => asking.pending(clock.read(this.#reading())));
  }

  /** Refuses it where nothing is granted. Throws `not_found`, `invalid_input`, `register_read_only`. */
  decideAsking(id: string, init?: ClientInit): void {
    const granted = init && checkClientInit(init);
    this.#write(({ asking, workspaces, clock }) => {
      if (granted?.workspaceId !== undefined && !workspaces.byId(granted.workspaceId))
        throw notFound('workspace', granted.workspaceId);
      if (!asking.decide(id, granted, clock.advance(this.#reading())))
        throw notFound('program that asks', id);
      return { result: undefined };
    });
  }

  /** The client is made when it fetches its token, so that the token is never written down. */
  pollAsking(pending: string): AskingAnswer | undefined {
    // Most polls change nothing, and cost no write.
    const state = this.#read(({ asking, clock }) => asking.state(pending, clock.read(this.#reading())));
    if (state !== 'approved') return state && { state };
    return this.#write(({ asking, clients, clock }) => {
      const granted = asking.fetch(pending, clock.advance(this.#reading()));
      return { result: granted && { state, ...clients.add(granted, this.#now()) } };
    });
  }

  keyedTurn(client: string, key: string): KeyedTurn | undefined {
    return this.#read(({ keyedTurns, clock }) => keyedTurns.find(client, key, clock.read(this.#reading())));
  }

  /** Throws `register_read_only`, as does the next one. */
  claimTurn(request: KeyedRequest, turn: { sessionId: string; turnId: string }): KeyedTurn {
    return this.#write(({ keyedTurns, clock }) => ({
      result: keyedTurns.claim(request, turn, clock.advance(this.#reading())),
    }));
  }

  releaseTurn(client: string, key: string, sessionId: string): void {
    this.#write(({ keyedTurns }) => ({ result: keyedTurns.release(client, key, sessionId) }));
  }

  overallLimits(): ClientLimits {
    return this.#read(({ clients }) => clients.overallLimits());
  }

  keptSessionKey(): string | undefined {
    return this.#read(({ sessionKey }) => sessionKey.kept());
  }

  /** Throws `register_read_only`, as do the next two. */
  agreeSessionKey(fingerprint: string): string {
    return this.#write(({ sessionKey }) => ({ result: sessionKey.agree(fingerprint, this.#holder) }));
  }

  keepSessionKey(fingerprint: string): void {
    this.#write(({ sessionKey }) => ({ result: sessionKey.keep(fingerprint) }));
  }

  releaseSessionKey(fingerprint: string): void {
    this.#write(({ sessionKey }) => ({ result: sessionKey.release(fingerprint) }));
  }

  tokenFactors(): Map<string, number> {
    return this.#read(({ tokenFactors }) => tokenFactors.list());
  }

  /** Throws `register_read_only`. */
  putTokenFactor(model: string, factor: number): void {
    this.#write(({ tokenFactors }) => ({ result: tokenFactors.put(model, factor) }));
  }

  directives(): UserDirective[] {
    return this.#read(({ directives }) => directives.list());
  }

  /** Throws `register_read_only`, as does the next one. */
  putDirective(directive: UserDirective): void {
    this.#write(({ directives }) => ({ result: directives.put(directive) }));
  }

  removeDirective(directiveId: string): void {
    this.#write(({ directives }) => ({ result: directives.remove(directiveId) }));
  }

  /** `written` are `LoggedCall`s as JSON. Throws `register_read_only`. */
  addCalls(written: string): void {
    const calls: LoggedCall[] = JSON.parse(written);
    this.#write((tables) => ({ result: tables.calls.add(calls, this.#now()) }));
  }

  callUsage(query: UsageQuery): UsageRow[] {
    return this.#read(({ calls }) => calls.usage(query));
  }

  callsOverTime(query: TimeQuery): TimeRow[] {
    return this.#read(({ calls }) => calls.overTime(query));
  }

  keptCalls(query: { after?: number; limit: number }): KeptCall[] {
    return this.#read(({ calls }) => calls.calls(query));
  }

  callBodies(id: number): CallBodies | undefined {
    return this.#read(({ calls }) => calls.bodies(id));
  }

  forgetCallBodies(): void {
    this.#write(({ calls }) => ({ result: calls.forgetBodies() }));
  }

  close(): void {
    this.#handle?.db.close();
    this.#handle = undefined;
  }

  #reading() {
    return { uptimeMs: this.#uptimeMs(), wallMs: this.#now() };
  }

  #readOnly<T>(run: (tables: Tables) => T): T | undefined {
    return this.#ready(() => {
      const handle = this.#open();
      return handle.readOnly ? run(handle) : undefined;
    });
  }

  #read<T>(run: (tables: Tables) => T): T {
    return this.#ready(() => run(this.#open()));
  }

  #write<T>(run: (tables: Tables) => { result: T; changed?: WorkspaceRecord[] }): T {
    return this.#ready(() => {
      const handle = this.#open();
      if (handle.readOnly) throw registerReadOnly();
      const { result, changed = [] } = transaction(handle.db, () => run(handle));
      for (const record of changed) this.#keepSidecar(handle.workspaces, record);
      return result;
    });
  }

  /** What was resolved is durable by now; a sidecar that cannot be written costs nothing but a later repair. */
  #keepSidecar(workspaces: WorkspaceTable, record: WorkspaceRecord): void {
    try {
      writeSidecar(dirname(this.#file), workspaces.entry(record));
    } catch (error) {
      this.#notices.push(toErrorInfo(registerUnavailable(error)));
    }
  }

  /** Runs, and once more after a repair or after another process replaced the file. */
  #ready<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof CausewayError) throw error;
      try {
        if (isMoved(error)) this.close();
        else if (isDamage(error)) this.#repair();
        else throw error;
        return run();
      } catch (again) {
        throw again instanceof CausewayError ? again : registerUnavailable(again);
      }
    }
  }

  #open(): Handle {
    if (this.#handle && this.#handle.inode !== inodeOf(this.#file)) this.close();
    this.#handle ??= this.#handleOf(openFile(this.#file, (db) => this.#fillNew(db)));
    return this.#handle;
  }

  /** Where the database is gone and the workspaces are not, they are registered anew. */
  #fillNew(db: DatabaseSync): void {
    const { workspaces } = rebuild(db, dirname(this.#file), nothingSalvaged, this.#now());
    if (workspaces > 0) this.#notices.push(toErrorInfo(registerRebuilt(workspaces)));
  }

  #repair(): void {
    this.close();
    const { opened, report } = repair(this.#file, isDamage, this.#now());
    this.#handle = this.#handleOf(opened);
    if (report) {
      this.#notices.push(toErrorInfo(registerRebuilt(report.workspaces, report)));
    }
  }

  #handleOf(opened: OpenedFile): Handle {
    return {
      ...opened,
      ...tablesOf(opened.db),
      inode: inodeOf(this.#file),
    };
  }
}
