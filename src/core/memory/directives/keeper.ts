/** Notices standing instructions and keeps them as entries, one session at a time after another. */

import { plainText } from '../../../protocol/content.ts';
import type { DirectiveEntry, Door, Entry, EntryDraft } from '../../../protocol/entries.ts';
import { detectDirectives } from '../../context/directives/cues.ts';
import { toErrorInfo } from '../../errors.ts';
import type { Clock, Log, UserDirectives } from '../../ports.ts';
import type { SessionStore } from '../../session/store.ts';
import type { Branches } from '../branch.ts';
import { type DirectiveChange, type Known, type Noticed, noticed } from './notice.ts';
import { relief } from './pinned.ts';
import { projectDirectives, type SessionDirective } from './project.ts';

export interface KeeperOptions {
  store: SessionStore;
  branches: Branches;
  clock: Clock;
  log: Log;
  userDirectives?: UserDirectives;
}

export class DirectiveKeeper {
  readonly #options: KeeperOptions;
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
    const before = this.#last.get(sessionId);
    const own = (async () => {
      await before;
      try {
        await this.#append(sessionId, all);
        await this.relieve(sessionId);
      } catch (error) {
        this.#options.log.error(
          `Standing instructions could not be kept: ${toErrorInfo(error).code}.`,
          error,
        );
      }
    })();
    this.#last.set(sessionId, own);
    await own;
    if (this.#last.get(sessionId) === own) this.#last.delete(sessionId);
  }

  /** Takes directives out of every request until the pinned ones are within their budget, and says so. */
  async relieve(sessionId: string): Promise<void> {
    let directives = await this.known(sessionId);
    for (let done = relief(directives); done; done = relief(directives)) {
      const change = ((): Omit<DirectiveEntry, 'id' | 'at' | 'door' | 'kind' | 'seq' | 'parentId'> => {
        if (done.kind === 'demote') {
          const { directiveId, text } = done.directive;
          return {
            directiveId,
            text,
            state: 'candidate',
            origin: done.directive.origin,
            ...source(done.directive),
          };
        }
        const { older, newer, text } = done;
        return {
          directiveId: crypto.randomUUID(),
          text,
          state: 'confirmed',
          origin: newer.origin,
          ...source(newer),
          mergedIds: [older.directiveId, newer.directiveId],
        };
      })();
      await this.#options.store.append(sessionId, [this.#draft(change, 'core')]);
      this.#options.log.info(
        done.kind === 'demote'
          ? 'A standing instruction is sent only when it matters, because all of them together are too long.'
          : 'Two standing instructions became one, because all of them together are too long.',
      );
      directives = await this.known(sessionId);
    }
  }

  /** As they stand now. */
  async known(sessionId: string): Promise<SessionDirective[]> {
    return (await this.#read(sessionId)).known().directives;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#last.values()]);
  }

  async #append(sessionId: string, all: readonly Noticed[]): Promise<void> {
    const { known, entries } = await this.#read(sessionId);
    for (const what of all) {
      const change = noticed(what, known(), crypto.randomUUID());
      if (!change) continue;
      const added = await this.#options.store.append(sessionId, [this.#draft(change, 'core')]);
      entries.push(...added.filter((entry) => entry.kind === 'directive'));
    }
  }

  /** What is known, with what is added to `entries` meanwhile. */
  async #read(
    sessionId: string,
  ): Promise<{ entries: DirectiveEntry[]; known(): Known & { directives: SessionDirective[] } }> {
    const { store, branches, userDirectives } = this.#options;
    const [entries, branch, ofUser] = await Promise.all([
      store.ofKinds(sessionId, ['directive']),
      branches.of(sessionId),
      userDirectives?.list() ?? [],
    ]);
    return {
      entries,
      known: () => ({
        directives: projectDirectives(entries, (id) => branch.has(id)),
        sources: Map.groupBy(
          entries.filter(({ sourceId }) => sourceId !== undefined),
          ({ directiveId }) => directiveId,
        ),
        ofUser,
      }),
    };
  }

  #draft(change: DirectiveChange & Pick<DirectiveEntry, 'mergedIds'>, door: Door): EntryDraft {
    return { id: crypto.randomUUID(), at: this.#options.clock.now(), door, kind: 'directive', ...change };
  }
}

const source = ({ sourceId }: SessionDirective): { sourceId?: string } =>
  sourceId === undefined ? {} : { sourceId };
