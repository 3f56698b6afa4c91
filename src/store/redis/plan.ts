/** What a change is to do: decided here by the state of a session, and done in Redis as a whole or not at all. */
import { invalidInput, notFound } from '../../core/errors.ts';
import type { AssistantEntry, Entry, EntryDraft } from '../../protocol/entries.ts';
import { placedEntry } from '../placedEntry.ts';
import { withEntry } from '../sessionDetails.ts';
import { shownText } from './inputs.ts';
import type { WorkspaceKeys } from './keys.ts';
import { fieldsOf, type Kept, type SessionRow, type SessionState } from './state.ts';

/** What all instances are told of a change, in the order in which their listeners hear of it. */
export interface Told {
  /** Places of the first and the last entry that was appended. */
  appended?: [number, number];
  /** The session is another than before. */
  session?: true;
  purged?: true;
  live?: string;
  progress?: string;
  /** Turns that wait from now on, where these are others than before. */
  queue?: string[];
  free?: true;
}

const taken = () => invalidInput('id', 'one that is taken', 'a new id, and one end to a turn');

export class Plan {
  readonly sessionId: string;
  readonly told: Told = {};
  readonly entries: Entry[] = [];
  readonly guards: { command: string[]; reply: string }[] = [];
  readonly commands: string[][] = [];
  readonly #keys: WorkspaceKeys;
  readonly #has: (entryId: string) => boolean;
  readonly #isOver: (turnId: string) => boolean;
  /** Entries that are appended here, and turns that end with one of them. */
  readonly #added = new Set<string>();
  readonly #ended = new Set<string>();
  #queued: readonly string[];
  #row: SessionRow;

  private constructor(keys: WorkspaceKeys, row: SessionRow, state: SessionState | undefined) {
    this.#keys = keys;
    this.#row = row;
    this.sessionId = row.id;
    this.#has = (id) => id === row.head || state?.has(id) === true;
    this.#queued = state?.turns.flatMap((turn) => (turn.state === 'queued' ? [turn.turnId] : [])) ?? [];
    this.#isOver = (id) => state?.endOf(id) !== undefined;
  }

  /** A session that is not there yet. */
  static beginning(keys: WorkspaceKeys, row: SessionRow): Plan {
    const plan = new Plan(keys, row, undefined);
    plan.guards.push({ command: ['EXISTS', keys.session(row.id)], reply: '0' });
    return plan;
  }

  static changing(keys: WorkspaceKeys, state: SessionState): Plan {
    const plan = new Plan(keys, { ...state.row, version: state.row.version + 1 }, state);
    const command = ['HGET', keys.session(state.row.id), 'version'];
    plan.guards.push({ command, reply: String(state.row.version) });
    return plan;
  }

  get row(): SessionRow {
    return this.#row;
  }

  /** Appends entries after the head, or after the parents they name. Throws `invalid_input` and `not_found`. */
  append(drafts: readonly EntryDraft[]): Entry[] {
    const { log, links, ends, kind: ofKind } = this.#keys;
    const appended: Entry[] = [];
    for (const draft of drafts) {
      const parentId = draft.parentId === undefined ? this.#row.head : draft.parentId;
      const entry = placedEntry(draft, parentId, this.#row.seq + 1);
      const { id, seq, kind } = entry;
      const isHere = (entryId: string) => this.#has(entryId) || this.#added.has(entryId);
      if (parentId !== null && !isHere(parentId)) throw notFound('entry', parentId);
      if (isHere(id)) throw taken();
      this.#added.add(id);
      const size = Buffer.byteLength(JSON.stringify(entry));
      const place = String(seq);
      this.commands.push(
        ['XADD', log(this.sessionId), `${seq}-0`, 'kind', kind, ...payloadOf(entry)],
        ['HSET', links(this.sessionId), id, `${place}|${kind}|${parentId ?? ''}`],
        ['RPUSH', ofKind(this.sessionId, kind), place],
      );
      if (isEnd(entry)) {
        if (this.#ended.has(entry.turnId) || this.#isOver(entry.turnId)) throw taken();
        this.#ended.add(entry.turnId);
        this.commands.push(['HSET', ends(this.sessionId), entry.turnId, place]);
      }
      this.#row = {
        ...this.#row,
        head: id,
        seq,
        bytes: this.#row.bytes + size,
        updatedAt: Math.max(this.#row.updatedAt, entry.at),
        details: withEntry(this.#row.details, entry),
      };
      this.entries.push(entry);
      appended.push(entry);
    }
    const [first, last] = [this.entries[0], this.entries.at(-1)];
    if (first && last) this.told.appended = [first.seq, last.seq];
    return appended;
  }

  /** Changes what is kept of the session beside its log. */
  set(change: Partial<Pick<SessionRow, 'trashedAt' | 'details'>>): void {
    this.#row = { ...this.#row, ...change };
  }

  addTurn(state: 'live' | 'queued', kept: Kept, by: { holder: string; place: number; last: string }): void {
    const { turnId } = kept.user;
    const { turn, queue } = this.#keys;
    this.guards.push({ command: ['EXISTS', turn(turnId)], reply: '0' });
    const shown = shownText(this.sessionId, kept.user);
    const texts = { shown, kept: JSON.stringify(kept), progress: '' };
    const fields = { sessionId: this.sessionId, state, ...by, ...texts };
    this.commands.push(
      ['HSET', turn(turnId), ...Object.entries(fields).flatMap(([name, value]) => [name, String(value)])],
      ['ZADD', queue(this.sessionId), String(by.place), turnId],
      ['LEASE', turnId],
    );
    if (state === 'live') this.told.live = turnId;
    else this.#tellQueue([...this.#queued, turnId]);
  }

  makeLive(turnId: string, last: string): void {
    this.commands.push(['HSET', this.#keys.turn(turnId), 'state', 'live', 'last', last], ['LEASE', turnId]);
    this.told.live = turnId;
    this.#tellQueue(this.#queued.filter((id) => id !== turnId));
  }

  /** The newest entry of a turn is another one; `restarts` when what had arrived is an entry now. */
  moveTurn(turnId: string, last: string, restarts: boolean): void {
    const fields = ['last', last, ...(restarts ? ['progress', ''] : [])];
    this.commands.push(['HSET', this.#keys.turn(turnId), ...fields]);
  }

  removeTurn(turnId: string, state: 'live' | 'queued'): void {
    const { turn, queue, leases } = this.#keys;
    this.commands.push(
      ['DEL', turn(turnId)],
      ['ZREM', queue(this.sessionId), turnId],
      ['ZREM', leases, turnId],
    );
    if (state === 'live') this.told.free = true;
    else this.#tellQueue(this.#queued.filter((id) => id !== turnId));
  }

  #tellQueue(queued: readonly string[]): void {
    this.#queued = queued;
    this.told.queue = [...queued];
  }

  /** The commands, with those that write the session's row where it stays. */
  whole(): string[][] {
    if (this.told.purged) return this.commands;
    const { id, updatedAt, trashedAt } = this.#row;
    const { session, sessions, trash } = this.#keys;
    const [here, other] = trashedAt === undefined ? [sessions, trash] : [trash, sessions];
    return [
      ...this.commands,
      ['HSET', session(id), ...fieldsOf(this.#row)],
      ['ZREM', other, id],
      ['ZADD', here, String(updatedAt), id],
    ];
  }
}

const isEnd = (entry: Entry): entry is AssistantEntry =>
  entry.kind === 'assistant' && entry.outcome !== undefined;

/** Reports stand by themselves: they are several times as large as what was said, and seldom read. */
function payloadOf(entry: Entry): string[] {
  if (entry.kind !== 'assistant' || entry.report === undefined) return ['entry', JSON.stringify(entry)];
  const { report, ...said } = entry;
  return ['entry', JSON.stringify(said), 'report', JSON.stringify(report)];
}
