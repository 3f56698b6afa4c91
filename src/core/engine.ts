/** The assistant: accepts inputs, runs their turns one at a time in each session, and tells what happens. */
import { AsyncQueue } from '../base/asyncQueue.ts';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { Door, UserEntry, UserEntryDraft } from '../protocol/entries.ts';
import type { ContextReport } from '../protocol/report.ts';
import type { QueuedTurn, SessionSummary } from '../protocol/session.ts';
import type { SessionEvent, TurnEvent } from '../protocol/turnEvents.ts';
import { type TurnInput, turnInput } from '../protocol/turnInput.ts';
import { Answer } from './answer.ts';
import type { Assistant, OwnLiveTurn, ProviderState, ResolvedModel, StartedTurn } from './assistant.ts';
import { ContextBuilder } from './context/contextBuilder.ts';
import { TokenFactors } from './context/factors.ts';
import * as errors from './errors.ts';
import type { Clock, CoreSettings, Log, TokenCounter, Workspace } from './ports.ts';
import type { Provider } from './providers/provider.ts';
import { type Chosen, ProviderRegistry, splitModel } from './providers/registry.ts';
import type { SessionStore } from './session/store.ts';
import { eventsOf } from './sessionEvents.ts';
import { runTurn } from './turn.ts';

export interface EngineOptions {
  store: SessionStore;
  /** In order of preference. */
  providers: readonly Provider[];
  /** Answers when no other provider is ready; never leaves the machine. */
  offline: Provider;
  workspace: Workspace;
  counter: TokenCounter;
  settings: CoreSettings;
  clock: Clock;
  log: Log;
}

/** What an accepted turn needs beyond its entry, kept while it waits and runs. */
interface Accepted {
  sessionId: string;
  chosen: Chosen;
  excluded: readonly string[];
  door: Door;
  client: string | undefined;
  abort: AbortController;
}

interface Running {
  turnId: string;
  answer: Answer;
  abort: AbortController;
  done: Promise<void>;
}

export class Engine implements Assistant {
  readonly sessions: SessionStore;
  readonly #options: EngineOptions;
  readonly #registry: ProviderRegistry;
  readonly #context: ContextBuilder;
  readonly #factors = new TokenFactors();
  readonly #events: Emitter<SessionEvent>;
  readonly #lifetime = new DisposableStore();
  readonly #accepted = new Map<string, Accepted>();
  readonly #running = new Map<string, Running>();
  #closing = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.sessions = options.store;
    this.#registry = new ProviderRegistry(options.providers, options.offline, () =>
      options.workspace.isTrusted(),
    );
    this.#context = new ContextBuilder({ ...options, factors: this.#factors });
    this.#events = this.#lifetime.add(
      new Emitter<SessionEvent>((error) => options.log.error('A listener of session events failed.', error)),
    );
    this.#lifetime.add(
      options.store.onDidChange((change) => {
        for (const event of eventsOf(change)) this.#emit(event);
        if (change.type === 'free') void this.#promote(change.sessionId);
      }),
    );
  }

  get onEvent(): Event<SessionEvent> {
    return this.#events.event;
  }

  async startTurn(sessionId: string, input: TurnInput, signal?: AbortSignal): Promise<StartedTurn> {
    const parsed = turnInput.safeParse(input);
    if (!parsed.success) throw invalid(parsed.error.issues[0]);
    const { text, media = [], attachments = [] } = parsed.data;
    if (text.trim() === '' && media.length + attachments.length === 0) throw errors.emptyInput();
    const user: UserEntryDraft = {
      id: crypto.randomUUID(),
      kind: 'user',
      turnId: crypto.randomUUID(),
      at: this.#options.clock.now(),
      door: parsed.data.door,
      ...(parsed.data.client === undefined ? {} : { client: parsed.data.client }),
      ...(parsed.data.parentId === undefined ? {} : { parentId: parsed.data.parentId }),
      content: [...media, ...(text.trim() === '' ? [] : [{ type: 'text' as const, text }])],
      ...(attachments.length === 0 ? {} : { attachments }),
      grounding: parsed.data.grounding ?? this.#options.settings.grounding,
    };
    return this.#accept(sessionId, user, parsed.data, signal);
  }

  async retryTurn(sessionId: string, turnId: string, door: Door): Promise<StartedTurn> {
    const path = await this.sessions.path(sessionId);
    const earlier = path.findLast(
      (entry): entry is UserEntry => entry.kind === 'user' && entry.turnId === turnId,
    );
    if (!earlier) throw errors.notFound('turn', turnId);
    const user: UserEntryDraft = {
      id: crypto.randomUUID(),
      kind: 'user',
      turnId: crypto.randomUUID(),
      at: this.#options.clock.now(),
      door,
      parentId: earlier.parentId,
      content: earlier.content,
      ...(earlier.attachments === undefined ? {} : { attachments: earlier.attachments }),
      grounding: earlier.grounding,
    };
    return this.#accept(sessionId, user, { door });
  }

  async stopTurn(sessionId: string): Promise<boolean> {
    const running = this.#running.get(sessionId);
    if (!running) return false;
    running.abort.abort();
    await running.done;
    return true;
  }

  live(sessionId: string): OwnLiveTurn | undefined {
    const running = this.#running.get(sessionId);
    return running && { turnId: running.turnId, content: running.answer.content() };
  }

  async withdrawTurn(sessionId: string, turnId: string): Promise<boolean> {
    const withdrawn = await this.sessions.withdraw(turnId);
    if (!withdrawn) return false;
    this.#accepted.delete(turnId);
    this.#emit({ type: 'turn.withdrawn', sessionId, turnId });
    return true;
  }

  queue(sessionId: string): Promise<QueuedTurn[]> {
    return this.sessions.queue(sessionId);
  }

  async renameSession(sessionId: string, title: string, door: Door): Promise<SessionSummary> {
    const trimmed = title.trim();
    if (trimmed === '' || trimmed.length > 200) {
      throw errors.invalidInput('title', `${trimmed.length} characters`, '1 to 200 characters');
    }
    await this.sessions.append(sessionId, [{ ...this.#mark(door), kind: 'title', title: trimmed }]);
    return this.#summary(sessionId);
  }

  async setModel(sessionId: string, model: string, door: Door): Promise<void> {
    // Choosing it now tells at once when there is no such model.
    await this.#registry.choose(model);
    const name = splitModel(model);
    await this.sessions.append(sessionId, [{ ...this.#mark(door), kind: 'model', ...name }]);
  }

  async rewind(sessionId: string, entryId: string, door: Door): Promise<void> {
    if (!(await this.sessions.entry(sessionId, entryId))) throw errors.notFound('entry', entryId);
    await this.sessions.append(sessionId, [{ ...this.#mark(door), kind: 'rewind', parentId: entryId }]);
  }

  async preview(sessionId: string, input: TurnInput): Promise<ContextReport> {
    const { model } = await this.#choose(sessionId, input.model);
    const assembly = await this.#context.build({
      sessionId,
      input: {
        id: '00000000-0000-4000-8000-000000000000',
        content: [...(input.media ?? []), { type: 'text', text: input.text }],
        ...(input.attachments === undefined ? {} : { attachments: input.attachments }),
        grounding: input.grounding ?? this.#options.settings.grounding,
      },
      parentId: input.parentId,
      model,
      excluded: input.excluded ?? [],
    });
    return assembly.report;
  }

  providers(): Promise<ProviderState[]> {
    return this.#registry.states();
  }

  async modelFor(sessionId: string | undefined): Promise<ResolvedModel> {
    const { model, insteadOf } = await this.#choose(sessionId, undefined);
    return { model, ...(insteadOf === undefined ? {} : { insteadOf }) };
  }

  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.all(running.map(({ done }) => done));
    this.#lifetime.dispose();
    await this.sessions.close();
  }

  async #accept(
    sessionId: string,
    user: UserEntryDraft,
    input: Pick<TurnInput, 'model' | 'excluded' | 'door' | 'client'>,
    signal?: AbortSignal,
  ): Promise<StartedTurn> {
    const chosen = await this.#choose(sessionId, input.model);
    const { turnId } = user;
    const abort = new AbortController();
    this.#accepted.set(turnId, {
      sessionId,
      chosen,
      excluded: input.excluded ?? [],
      door: input.door,
      client: input.client,
      abort,
    });
    // The reader is there before the first event can be.
    const events = this.#turnEvents(turnId);
    try {
      const submitted = await this.sessions.submitTurn(user, sessionId, {
        provider: chosen.provider.id,
        model: chosen.model.id,
      });
      if (submitted.state === 'live') this.#run(submitted.entry);
      else this.#emit({ type: 'turn.queued', sessionId, turnId, queued: submitted.queued });
      const onAbort = () => void this.#abandon(sessionId, turnId);
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      return { turnId, sessionId, state: submitted.state, events };
    } catch (error) {
      this.#accepted.delete(turnId);
      events.end();
      throw error;
    }
  }

  /** Stops the turn if it runs, withdraws it if it waits. */
  async #abandon(sessionId: string, turnId: string): Promise<void> {
    const accepted = this.#accepted.get(turnId);
    if (!accepted) return;
    accepted.abort.abort();
    try {
      if (this.#running.get(sessionId)?.turnId !== turnId) await this.withdrawTurn(sessionId, turnId);
    } catch (error) {
      this.#options.log.error('A queued turn could not be withdrawn.', error);
    }
  }

  #run(user: UserEntry): void {
    const accepted = this.#accepted.get(user.turnId);
    if (!accepted) return;
    const { sessionId, chosen, excluded, door, client, abort } = accepted;
    const answer = new Answer();
    const done = runTurn(
      {
        store: this.sessions,
        context: this.#context,
        factors: this.#factors,
        settings: this.#options.settings,
        clock: this.#options.clock,
        log: this.#options.log,
        emit: (event) => this.#emit(event),
      },
      { sessionId, user, provider: chosen.provider, model: chosen.model, excluded, door, client, answer },
      abort.signal,
    ).finally(() => {
      this.#accepted.delete(user.turnId);
      if (this.#running.get(sessionId)?.turnId === user.turnId) this.#running.delete(sessionId);
    });
    this.#running.set(sessionId, { turnId: user.turnId, answer, abort, done });
  }

  async #promote(sessionId: string): Promise<void> {
    if (this.#closing) return;
    try {
      const user = await this.sessions.promote(sessionId);
      if (user) this.#run(user);
    } catch (error) {
      this.#options.log.error('A queued turn could not begin.', error);
    }
  }

  #turnEvents(turnId: string): AsyncQueue<TurnEvent> {
    const queue = new AsyncQueue<TurnEvent>(() => subscription.dispose());
    const subscription = this.onEvent((event) => {
      if (!('turnId' in event) || event.turnId !== turnId || event.type === 'turn.progress') return;
      queue.push(event);
      if (event.type === 'turn.ended' || event.type === 'turn.withdrawn') {
        subscription.dispose();
        queue.end();
      }
    });
    return queue;
  }

  async #choose(sessionId: string | undefined, wanted: string | undefined): Promise<Chosen> {
    if (wanted !== undefined) return this.#registry.choose(wanted);
    const own = sessionId === undefined ? undefined : (await this.sessions.get(sessionId))?.model;
    return this.#registry.choose(own ?? this.#options.settings.model);
  }

  async #summary(sessionId: string): Promise<SessionSummary> {
    const summary = await this.sessions.get(sessionId);
    if (!summary) throw errors.notFound('session', sessionId);
    return summary;
  }

  #mark(door: Door) {
    return { id: crypto.randomUUID(), at: this.#options.clock.now(), door };
  }

  #emit(event: SessionEvent): void {
    this.#events.fire(event);
  }
}

function invalid(issue: { path: PropertyKey[]; message: string } | undefined): errors.CausewayError {
  const field = issue?.path.map(String).join('.') || 'input';
  return errors.invalidInput(field, 'a value that does not fit', issue?.message ?? 'a turn input');
}
