/** What a session remembers, kept as entries of its log. */
import {
  type AssistantEntry,
  type DirectiveEntry,
  type Door,
  type Entry,
  type EntryDraft,
  type FrameBody,
  type FrameEntry,
  frameBody,
  type TaskEntry,
  type UserEntry,
} from '../../protocol/entries.ts';
import {
  type DirectiveView,
  type ProfileChoice,
  type SessionMemoryView,
  type TaskChange,
  taskChange,
} from '../../protocol/memory.ts';
import { newestVersions } from '../context/frames.ts';
import { Remembered } from '../context/remembered.ts';
import { invalidInput, notFound, registerUnavailable, toErrorInfo } from '../errors.ts';
import type { UserDirectives } from '../ports.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { Provider } from '../providers/provider.ts';
import type { Chosen } from '../providers/registry.ts';
import { candidatesOf } from '../providers/routes.ts';
import { entryTexts } from '../secrets/maskedEntries.ts';
import type { Masker } from '../secrets/masker.ts';
import type { StoreChange } from '../session/store.ts';
import type { SessionMemory } from '../sessionMemory.ts';
import { Branches } from './branch.ts';
import { Compactor, type CompactorOptions } from './compaction/compactor.ts';
import { DirectiveKeeper } from './directives/keeper.ts';
import { overriddenBy } from './directives/notice.ts';
import { projectDirectives, type SessionDirective } from './directives/project.ts';
import { together } from './directives/together.ts';
import { frameViews } from './frames.ts';
import { SessionTitles } from './sessionTitles.ts';
import { changedTask, projectTasks } from './tasks.ts';

type Shared = 'store' | 'counter' | 'factors' | 'settings' | 'calls' | 'clock' | 'log';

export interface MemoryOptions extends Pick<CompactorOptions, Shared> {
  masker: Masker;
  /** Without it the user has no directives beyond the session. */
  userDirectives?: UserDirectives;
  /** What answers when no model does; it writes no frames. */
  offline: Provider;
  /** What answers in a session. */
  choose(sessionId: string): Promise<Chosen>;
  /** What writes frames, where it is another. */
  chooseSmall?(sessionId: string): Promise<Chosen | undefined>;
  profiles: Profiles;
  /** Who answers in a session. */
  profileOf(sessionId: string): Promise<Profile>;
}

/** Longest directive, in characters: a sentence or two; longer texts are instructions, which have their own setting. */
const longestDirective = 2_000;

/** Entries of an import read at a time: with their reports some hundred KB, which the thread takes in within a few ms. */
const importPage = 32;

export class LoggedMemory implements SessionMemory {
  readonly #options: MemoryOptions;
  readonly #branches: Branches;
  readonly #remembered: Remembered;
  readonly #compactor: Compactor;
  readonly #directives: DirectiveKeeper;
  readonly #titles: SessionTitles;
  /** Sessions that came whole and are being read. */
  readonly #reading = new Map<string, Promise<void>>();
  #isClosed = false;
  /** Inputs of turns that are not over, by session. */
  readonly #unread = new Map<string, UserEntry[]>();

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#branches = new Branches(options.store);
    this.#remembered = new Remembered(options.store);
    const directives = new DirectiveKeeper({ ...options, branches: this.#branches });
    this.#directives = directives;
    this.#titles = new SessionTitles(options);
    this.#compactor = new Compactor({
      ...options,
      branches: this.#branches,
      remember: async (sessionId) => (await options.profileOf(sessionId)).remember ?? [],
      remembered: this.#remembered,
      async choose(sessionId) {
        const chosen = await options.choose(sessionId);
        return chosen.provider === options.offline ? undefined : chosen;
      },
      async writers(sessionId) {
        const chosen = [await options.chooseSmall?.(sessionId), await options.choose(sessionId)];
        return chosen
          .filter((one) => one !== undefined)
          .flatMap(candidatesOf)
          .filter(({ provider }) => provider !== options.offline);
      },
      // What was not read when it was said, as by a process that was killed, is read at the latest now.
      onCovered: async (sessionId, covered, instructions) => {
        await directives.said(sessionId, covered);
        const candidates = instructions.map(({ entryId, text }) => ({
          text: text.slice(0, longestDirective),
          strength: 'candidate' as const,
          origin: 'model' as const,
          sourceId: entryId,
        }));
        await directives.notice(sessionId, candidates);
      },
    });
  }

  /** The branches of the sessions in use, for whoever asks where an entry stands. */
  get branches(): Branches {
    return this.#branches;
  }

  /** Hears every change of the store. */
  follow(change: StoreChange): void {
    this.#remembered.follow(change);
    if (change.type === 'purged') {
      this.#branches.forget(change.sessionId);
      this.#unread.delete(change.sessionId);
    }
    if (change.type === 'imported') {
      this.#branches.forget(change.sessionId);
      if (change.own) this.#read(change.sessionId);
    }
    if (change.type !== 'appended') return;
    this.#branches.appended(change.sessionId, change.entries);
    if (!change.own) return;
    const { sessionId } = change;
    for (const entry of change.entries) {
      if (entry.kind === 'user') this.#unread.set(sessionId, [...(this.#unread.get(sessionId) ?? []), entry]);
      // Behind the turn, so that what is appended stands on its branch and never in its way.
      if (entry.kind === 'assistant' && entry.outcome !== undefined) this.#turnEnded(sessionId, entry);
    }
  }

  /** What was said in a session that came whole, as if it had just been said. */
  #read(sessionId: string): void {
    const reading = this.#readAll(sessionId)
      .catch((error: unknown) =>
        this.#options.log.error(`What was imported could not be read: ${toErrorInfo(error).code}.`, error),
      )
      .finally(() => this.#reading.delete(sessionId));
    this.#reading.set(sessionId, reading);
  }

  async #readAll(sessionId: string): Promise<void> {
    for (let afterSeq = 0; !this.#isClosed; ) {
      const page = await this.#options.store.log(sessionId, { afterSeq, limit: importPage });
      const last = page.at(-1);
      if (!last) break;
      afterSeq = last.seq;
      await this.#directives.said(sessionId, page);
    }
    void this.#compactor.turnEnded(sessionId);
  }

  #turnEnded(sessionId: string, { turnId, outcome }: AssistantEntry): void {
    if (outcome === 'done') this.#titles.turnEnded(sessionId, turnId);
    const said = this.#unread.get(sessionId) ?? [];
    this.#unread.delete(sessionId);
    void this.#directives.said(sessionId, said);
    void this.#compactor.turnEnded(sessionId);
  }

  /** Resolves when nothing goes on behind the turns of the session. */
  async idle(sessionId: string): Promise<void> {
    await this.#reading.get(sessionId);
    await this.#compactor.idle(sessionId);
    await this.#directives.idle(sessionId);
    await this.#titles.idle(sessionId);
  }

  /** Stops what goes on behind the turns. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#reading.values());
    await Promise.all([this.#compactor.close(), this.#titles.close()]);
    await this.#directives.close();
  }

  async view(sessionId: string): Promise<SessionMemoryView> {
    const entries = await this.#kept(sessionId);
    const [branch, ofUser = []] = await Promise.all([
      this.#branches.of(sessionId),
      this.#options.userDirectives?.list(),
    ]);
    const all = together(
      ofUser,
      projectDirectives(of(entries, 'directive'), (id) => branch.has(id)),
    );
    return {
      frames: frameViews(of(entries, 'frame'), branch),
      directives: [...all.ofSession.map(viewOf), ...all.ofUser],
      tasks: projectTasks(of(entries, 'task')),
      profile: (await this.#options.profileOf(sessionId)).name,
    };
  }

  async compact(sessionId: string, door: Door, signal?: AbortSignal): Promise<FrameEntry | undefined> {
    await this.#session(sessionId);
    return this.#compactor.compact(sessionId, door, signal);
  }

  async editFrame(sessionId: string, frameId: string, body: FrameBody, door: Door): Promise<FrameEntry> {
    const parsed = frameBody.safeParse(body);
    if (!parsed.success)
      throw invalidInput('body', 'a value that does not fit', parsed.error.issues[0]?.message ?? 'a frame');
    const { covers, active, notes } = await this.#frame(sessionId, frameId);
    return this.#append(sessionId, {
      ...this.#mark(door),
      kind: 'frame',
      covers,
      method: 'edited',
      replacesId: frameId,
      active,
      body: parsed.data,
      ...(notes === undefined ? {} : { notes }),
    });
  }

  async setFrameActive(sessionId: string, frameId: string, active: boolean, door: Door): Promise<FrameEntry> {
    // What the frame cost was paid once, so it is not said again.
    const {
      usage: _,
      costUsd: _cost,
      client: _client,
      seq: _seq,
      parentId: _parent,
      ...frame
    } = await this.#frame(sessionId, frameId);
    return this.#append(sessionId, { ...frame, ...this.#mark(door), replacesId: frameId, active });
  }

  async rebuildFrame(
    sessionId: string,
    frameId: string,
    door: Door,
    signal?: AbortSignal,
  ): Promise<FrameEntry> {
    return this.#compactor.rebuild(sessionId, await this.#frame(sessionId, frameId), door, signal);
  }

  async addDirective(sessionId: string, text: string, door: Door): Promise<DirectiveEntry> {
    await this.#session(sessionId);
    const change = {
      directiveId: crypto.randomUUID(),
      text: directiveText(text),
      state: 'confirmed' as const,
    };
    return this.#putDirective(sessionId, change, door);
  }

  async changeDirective(
    sessionId: string,
    directiveId: string,
    change: { text?: string; state?: 'candidate' | 'confirmed' | 'removed' },
    door: Door,
  ): Promise<DirectiveEntry> {
    const before = await this.#directive(sessionId, directiveId);
    const text = change.text === undefined ? before.text : directiveText(change.text);
    return this.#putDirective(sessionId, { directiveId, text, state: change.state ?? before.state }, door);
  }

  async promoteDirective(sessionId: string, directiveId: string, door: Door): Promise<void> {
    const { text } = await this.#directive(sessionId, directiveId);
    // First there, then out of here: what is interrupted in between stands in both and is lost from neither.
    await this.#usersOwn().put({ directiveId, text, at: this.#options.clock.now() });
    await this.#putDirective(sessionId, { directiveId, text, state: 'removed' }, door);
  }

  async removeUserDirective(directiveId: string): Promise<void> {
    const list = this.#usersOwn();
    if (!(await list.list()).some((one) => one.directiveId === directiveId))
      throw notFound('directive', directiveId);
    await list.remove(directiveId);
  }

  #usersOwn(): UserDirectives {
    const { userDirectives } = this.#options;
    if (!userDirectives) throw registerUnavailable(new Error('This process has no database of the user.'));
    return userDirectives;
  }

  /** From the user's own hand; the pinned ones are within their budget afterwards. */
  async #putDirective(
    sessionId: string,
    change: Pick<DirectiveEntry, 'directiveId' | 'text' | 'state'>,
    door: Door,
  ): Promise<DirectiveEntry> {
    const others = (await this.#directives.known(sessionId)).filter(
      (one) => one.directiveId !== change.directiveId,
    );
    const over = change.state === 'confirmed' && overriddenBy(change.text, change.state, others);
    const entry = await this.#append(sessionId, {
      ...this.#mark(door),
      kind: 'directive',
      ...change,
      origin: 'user',
      ...(over ? { supersedesId: over.directiveId } : {}),
    });
    await this.#directives.relieve(sessionId);
    return entry;
  }

  async changeTask(sessionId: string, change: TaskChange, door: Door): Promise<TaskEntry> {
    const parsed = taskChange.safeParse(change);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw invalidInput(
        issue?.path.join('.') || 'task',
        'a value that does not fit',
        issue?.message ?? 'a task',
      );
    }
    const tasks = projectTasks(await this.#options.store.ofKinds(sessionId, ['task']));
    const task = changedTask(tasks, parsed.data, crypto.randomUUID());
    return this.#append(sessionId, { ...this.#mark(door), kind: 'task', ...task });
  }

  profiles(): Promise<ProfileChoice[]> {
    return this.#options.profiles.list();
  }

  async setProfile(sessionId: string, name: string, door: Door): Promise<void> {
    const profile = await this.#options.profiles.need(name);
    await this.#append(sessionId, { ...this.#mark(door), kind: 'profile', name: profile.name });
  }

  async #session(sessionId: string): Promise<void> {
    if (!(await this.#options.store.get(sessionId))) throw notFound('session', sessionId);
  }

  async #kept(sessionId: string) {
    await this.#session(sessionId);
    return this.#options.store.ofKinds(sessionId, ['frame', 'directive', 'task', 'profile']);
  }

  async #frame(sessionId: string, frameId: string): Promise<FrameEntry> {
    const frame = newestVersions(await this.#options.store.ofKinds(sessionId, ['frame'])).find(
      ({ id }) => id === frameId,
    );
    if (!frame) throw notFound('frame', frameId);
    return frame;
  }

  async #directive(sessionId: string, directiveId: string): Promise<DirectiveEntry> {
    const entries = await this.#options.store.ofKinds(sessionId, ['directive']);
    const directive = entries.findLast((entry) => entry.directiveId === directiveId);
    if (!directive) throw notFound('directive', directiveId);
    return directive;
  }

  /** What a user writes here is stored as masked as what they say. Throws `masking_failed`. */
  async #append<K extends Entry['kind']>(
    sessionId: string,
    written: Extract<EntryDraft, { kind: K }>,
  ): Promise<Extract<Entry, { kind: K }>> {
    const draft = await this.#options.masker.through<EntryDraft>(written, sessionId, entryTexts);
    const [entry] = await this.#options.store.append(sessionId, [draft]);
    if (entry?.kind !== draft.kind)
      throw new TypeError('The store appended another entry than it was given.');
    return entry as Extract<Entry, { kind: K }>;
  }

  #mark(door: Door) {
    return { id: crypto.randomUUID(), at: this.#options.clock.now(), door };
  }
}

function of<K extends Entry['kind']>(entries: readonly Entry[], kind: K): Extract<Entry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { kind: K }> => entry.kind === kind);
}

const viewOf = ({ seq: _, firstSeq: _first, ...view }: SessionDirective): DirectiveView => view;

function directiveText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > longestDirective)
    throw invalidInput('text', `${trimmed.length} characters`, `1 to ${longestDirective} characters`);
  return trimmed;
}
