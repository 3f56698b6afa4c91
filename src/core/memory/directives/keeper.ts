/** Notices standing instructions and keeps them as entries, one session at a time after another. */

import { plainText } from '../../../protocol/content.ts';
import type { DirectiveEntry, Entry, EntryDraft } from '../../../protocol/entries.ts';
import { detectDirectives } from '../../context/directives/cues.ts';
import { toErrorInfo } from '../../errors.ts';
import type { Clock, Log, UserDirectives } from '../../ports.ts';
import type { SessionStore } from '../../session/store.ts';
import type { Branch, Branches } from '../branch.ts';
import { lastTogether } from './lastTogether.ts';
import { type DirectiveChange, type Known, type Noticed, noticed } from './notice.ts';
import { isPinned, type Relief, relief } from './pinned.ts';
import { projectDirectives, type SessionDirective } from './project.ts';
import { sessionCeiling } from './together.ts';

export interface KeeperOptions {
  store: SessionStore;
  branches: Branches;
  clock: Clock;
  log: Log;
  userDirectives?: UserDirectives;
}

/** Directives that are appended together. */
const mostAtOnce = 20;
/** How long the thread is held before others have their turn, ms: together with what one directive takes below 10. */
const slice = 4;

export class DirectiveKeeper {
  readonly #options: KeeperOptions;
  readonly #together = lastTogether();
  readonly #waiting = new Map<string, Noticed[]>();
  /** What is under way in each session. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Reads what the user said in these entries. Never rejects. */
  said(sessionId: string, entries: readonly Entry[]): Promise<void> {
    const all = entries.flatMap((entry): Noticed[] =>
      entry.kind === 'user'
        ? detectDirectives(plainText(entry.content)).map((found) => ({
            ...found,
            origin: 'cue',
            sourceId: entry.id,
          }))
        : [],
    );
    return this.notice(sessionId, all);
  }

  /** Appends what is new of these, in their order. Never rejects. */
  async notice(sessionId: string, all: readonly Noticed[]): Promise<void> {
    if (all.length === 0) return;
    // What is noticed while others are being kept, as in an import of thousands of turns, is kept with the next ones.
    this.#waiting.set(sessionId, [...(this.#waiting.get(sessionId) ?? []), ...all]);
    const own = this.#last.get(sessionId) ?? this.#keep(sessionId);
    this.#last.set(sessionId, own);
    await own;
  }

  async #keep(sessionId: string): Promise<void> {
    try {
      for (let all = this.#waiting.get(sessionId); all; all = this.#waiting.get(sessionId)) {
        this.#waiting.delete(sessionId);
        await this.#append(sessionId, all);
        await this.relieve(sessionId);
      }
    } catch (error) {
      this.#waiting.delete(sessionId);
      this.#options.log.error(`Standing instructions could not be kept: ${toErrorInfo(error).code}.`, error);
    } finally {
      this.#last.delete(sessionId);
    }
  }

  /** Takes directives out of every request until the pinned ones are within their budget, and says so. */
  async relieve(sessionId: string): Promise<void> {
    for (;;) {
      const directives = await this.#read(sessionId);
      const beside = this.#together(await this.#ofUser(), directives.standing());
      const holding = new Set(beside.ofSession.filter(isPinned).map(({ directiveId }) => directiveId));
      const ceiling = sessionCeiling(beside);
      const breath = this.#breath();
      while (directives.drafts.length < mostAtOnce) {
        // What the user's own overrides takes no room; what was merged here is new.
        const standing = directives.standing();
        const pinned = standing.filter(({ directiveId, because }) => holding.has(directiveId) || because);
        const done = relief(pinned, ceiling);
        if (!done) break;
        directives.add(reliefChange(done));
        await breath();
      }
      const { length } = directives.drafts;
      if (length === 0) return;
      await this.#options.store.append(sessionId, directives.drafts);
      this.#options.log.info(
        `Standing instructions were too long together: ${length} were merged, or are sent only when they matter.`,
      );
    }
  }

  /** As they stand now. */
  async known(sessionId: string): Promise<SessionDirective[]> {
    return (await this.#read(sessionId)).standing();
  }

  /** Resolves when everything that was said so far was read. */
  async idle(sessionId: string): Promise<void> {
    await this.#last.get(sessionId);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#last.values()]);
  }

  async #ofUser() {
    return (await this.#options.userDirectives?.list()) ?? [];
  }

  async #append(sessionId: string, all: readonly Noticed[]): Promise<void> {
    for (let at = 0; at < all.length; at += mostAtOnce) {
      const usersOwn = await this.#ofUser();
      const directives = await this.#read(sessionId);
      const breath = this.#breath();
      for (const what of all.slice(at, at + mostAtOnce)) {
        await breath();
        const { ofUser, ofSession } = this.#together(usersOwn, directives.standing());
        const known = {
          directives: ofSession,
          sources: directives.sources(),
          ofUser: ofUser.filter(isPinned),
        };
        const change = noticed(what, known, crypto.randomUUID());
        if (change) directives.add(change);
      }
      if (directives.drafts.length > 0) await this.#options.store.append(sessionId, directives.drafts);
    }
  }

  /** Lets others have the thread when it was held for a slice since the last time. */
  #breath(): () => Promise<void> {
    const { clock } = this.#options;
    let since = clock.monotonic();
    return async () => {
      if (clock.monotonic() - since < slice) return;
      await new Promise((resolve) => setTimeout(resolve, 0));
      since = clock.monotonic();
    };
  }

  async #read(sessionId: string): Promise<Working> {
    const { store, branches, clock } = this.#options;
    const [entries, branch] = await Promise.all([
      store.ofKinds(sessionId, ['directive']),
      branches.of(sessionId),
    ]);
    return new Working(entries, branch, clock);
  }
}

/** Directives as they stand, with changes that are appended together. */
class Working {
  readonly #entries: DirectiveEntry[];
  readonly #branch: Branch;
  readonly #clock: Clock;
  readonly drafts: EntryDraft[] = [];

  constructor(entries: readonly DirectiveEntry[], branch: Branch, clock: Clock) {
    this.#entries = [...entries];
    this.#branch = branch;
    this.#clock = clock;
  }

  standing(): SessionDirective[] {
    return projectDirectives(this.#entries, (id) => this.#branch.has(id));
  }

  sources(): Known['sources'] {
    return Map.groupBy(this.#entries, ({ directiveId }) => directiveId);
  }

  add(change: DirectiveChange): void {
    const draft = {
      id: crypto.randomUUID(),
      at: this.#clock.now(),
      door: 'core',
      kind: 'directive',
      ...change,
    } as const;
    this.drafts.push(draft);
    // Its place among the others is what counts until the store gives it one.
    this.#entries.push({ ...draft, parentId: null, seq: (this.#entries.at(-1)?.seq ?? 0) + 1 });
  }
}

function reliefChange(done: Relief): DirectiveChange {
  const kept = done.kind === 'demote' ? done.directive : done.newer;
  const source = kept.sourceId === undefined ? {} : { sourceId: kept.sourceId };
  if (done.kind === 'demote')
    return {
      directiveId: kept.directiveId,
      text: kept.text,
      state: 'candidate',
      origin: kept.origin,
      because: 'budget',
      ...source,
    };
  const mergedIds = [done.older.directiveId, kept.directiveId];
  const directiveId = crypto.randomUUID();
  return {
    directiveId,
    text: done.text,
    state: 'confirmed',
    origin: kept.origin,
    because: 'budget',
    ...source,
    mergedIds,
  };
}
