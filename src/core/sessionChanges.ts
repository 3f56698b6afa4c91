/** Changes of a session that are entries of its log and no turns. */
import type { Door } from '../protocol/entries.ts';
import type { SessionSummary } from '../protocol/session.ts';
import { notFound, turnUnderWay } from './errors.ts';
import type { Clock } from './ports.ts';
import { type ProviderRegistry, splitModel } from './providers/registry.ts';
import { LogBranches, readLinks } from './session/logBranches.ts';
import type { SessionInit, SessionStore } from './session/store.ts';
import type { TypedTexts } from './typedTexts.ts';

interface SessionChangesOptions {
  store: SessionStore;
  clock: Clock;
  registry: ProviderRegistry;
  typed: TypedTexts;
}

export class SessionChanges {
  readonly #options: SessionChangesOptions;

  constructor(options: SessionChangesOptions) {
    this.#options = options;
  }

  /** Throws `invalid_input` and `masking_failed`. */
  async create(init: SessionInit): Promise<SessionSummary> {
    const { store, typed } = this.#options;
    if (init.title === undefined) return store.create(init);
    const id = init.id ?? crypto.randomUUID();
    return store.create({ ...init, id, title: await typed.title(id, init.title) });
  }

  /** Throws `invalid_input` and `not_found`. */
  async rename(sessionId: string, title: string, door: Door): Promise<SessionSummary> {
    const { store, typed } = this.#options;
    const masked = await typed.title(sessionId, title);
    await store.append(sessionId, [{ ...this.mark(door), kind: 'title', title: masked }]);
    const summary = await store.get(sessionId);
    if (!summary) throw notFound('session', sessionId);
    return summary;
  }

  /** Throws `model_not_found`. */
  async setModel(sessionId: string, model: string, door: Door): Promise<void> {
    const { store, registry } = this.#options;
    // Choosing it now tells at once when there is no such model.
    await registry.choose(model, sessionId);
    await store.append(sessionId, [{ ...this.mark(door), kind: 'model', ...splitModel(model) }]);
  }

  /** Throws `not_found`, and `turn_under_way` where an answer would come to stand after another input. */
  async rewind(sessionId: string, entryId: string, door: Door): Promise<void> {
    const { store } = this.#options;
    if (!(await store.entry(sessionId, entryId))) throw notFound('entry', entryId);
    if (await store.liveTurn(sessionId)) throw turnUnderWay();
    await store.append(sessionId, [{ ...this.mark(door), kind: 'rewind', parentId: entryId }]);
  }

  /** Throws as `rewind`. */
  async toBranch(sessionId: string, entryId: string, door: Door): Promise<void> {
    const branches = new LogBranches(await readLinks(this.#options.store, sessionId));
    if (branches.isActive(entryId)) return;
    await this.rewind(sessionId, branches.newestBelow(entryId)?.leafId ?? entryId, door);
  }

  /** What every new entry has. */
  mark(door: Door): { id: string; at: number; door: Door } {
    return { id: crypto.randomUUID(), at: this.#options.clock.now(), door };
  }
}
