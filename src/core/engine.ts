/** The assistant: accepts inputs, runs their turns one at a time in each session, and tells what happens. */
import { DisposableStore } from '../base/disposable.ts';
import { Emitter, type Event } from '../base/emitter.ts';
import type { Door, UserEntry, UserEntryDraft } from '../protocol/entries.ts';
import type { SessionEvent } from '../protocol/turnEvents.ts';
import { AcceptedTurns, type AskedBy, type Running } from './acceptedTurns.ts';
import { Answer } from './answer.ts';
import { KeptAnswers } from './answers/keptAnswers.ts';
import type { Assistant, StartedTurn } from './assistant.ts';
import { ClientSessions } from './client/clientSessions.ts';
import { ContextBuilder } from './context/contextBuilder.ts';
import { ContextInspector } from './context/contextInspector.ts';
import { TokenFactors } from './context/factors.ts';
import type { EngineOptions } from './engineOptions.ts';
import * as errors from './errors.ts';
import { joinedTurn } from './joinedTurn.ts';
import { LoggedMemory } from './memory/loggedMemory.ts';
import { Prompts } from './prompts/prompts.ts';
import { gateOf } from './providers/barred.ts';
import { type Chosen, ProviderRegistry } from './providers/registry.ts';
import { relayedBy } from './relayedModels.ts';
import { type ToldReads, toldReads } from './secrets/maskedReads.ts';
import { maskedSearch } from './secrets/maskedSearch.ts';
import { forksOf } from './session/forks.ts';
import type { Answerer, SessionStore, StoreChange } from './session/store.ts';
import { SessionChanges } from './sessionChanges.ts';
import { SessionChoices } from './sessionChoices.ts';
import { eventsOf } from './sessionEvents.ts';
import { runTurn } from './turn.ts';
import { turnStream } from './turnStream.ts';
import { TypedTexts } from './typedTexts.ts';
import { untilStored } from './untilStored.ts';
import { againOf, userEntryOf } from './userEntry.ts';

export class Engine implements Assistant {
  readonly sessions: SessionStore;
  readonly relayed: Assistant['relayed'];
  readonly told: ToldReads;
  readonly memory: LoggedMemory;
  readonly prompts: Prompts;
  readonly onEvent: Event<SessionEvent>;
  readonly #options: EngineOptions;
  readonly #registry: ProviderRegistry;
  readonly #choices: SessionChoices;
  readonly #clients: ClientSessions;
  readonly #context: ContextBuilder;
  readonly #factors: TokenFactors;
  readonly #inspector: ContextInspector;
  readonly #typed: TypedTexts;
  readonly #changes: SessionChanges;
  readonly #kept: KeptAnswers;
  readonly #events: Emitter<SessionEvent>;
  readonly #lifetime = new DisposableStore();
  readonly #accepted = new AcceptedTurns();
  readonly #running = new Map<string, Running>();
  /** Turns whose beginning the store has been asked for and has not answered yet. */
  readonly #beginning = new Set<Promise<unknown>>();
  /** Turns whose end was told while the store could not keep it; it is not told again when it can. */
  readonly #endedHere = new Set<string>();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.sessions = options.store;
    this.told = toldReads(options);
    this.#typed = new TypedTexts(options.store, options.masker);
    this.prompts = options.prompts ?? new Prompts({ read: async () => [] }, options.log);
    this.#registry = new ProviderRegistry({
      ...options,
      gate: gateOf(options),
      routes: () => options.settings.routes,
    });
    this.relayed = relayedBy(this.#registry);
    this.#factors = new TokenFactors({
      ...(options.factorRecord === undefined ? {} : { record: options.factorRecord }),
      onError: (error) => options.log.error('What was learned of token counts is not kept.', error),
    });
    this.#kept = new KeptAnswers(options.clock, options.store.onDidChange, options.answersDependOn);
    this.#choices = new SessionChoices({ ...options, registry: this.#registry });
    this.#changes = new SessionChanges({ ...options, registry: this.#registry, typed: this.#typed });
    this.memory = new LoggedMemory({
      ...options,
      factors: this.#factors,
      choose: (sessionId) => this.#choices.keptModel(sessionId),
      chooseSmall: (sessionId) => this.#choices.smallModel(sessionId),
      profiles: this.#choices.profiles,
      profileOf: (sessionId) => this.#choices.profile(sessionId),
    });
    this.#clients = new ClientSessions({ ...options, registry: this.#registry, choices: this.#choices });
    const { branches } = this.memory;
    this.#context = new ContextBuilder({ ...options, branches, factors: this.#factors });
    this.#inspector = new ContextInspector({
      ...options,
      registry: this.#registry,
      context: this.#context,
      choices: this.#choices,
    });
    this.#events = this.#lifetime.add(
      new Emitter<SessionEvent>((error) => options.log.error('A listener of session events failed.', error)),
    );
    this.onEvent = this.#events.event;
    this.#lifetime.add(
      options.store.onDidChange((change) => {
        for (const event of eventsOf(change)) {
          if (event.type !== 'turn.ended' || !this.#endedHere.delete(event.turnId)) this.#emit(event);
        }
        this.memory.follow(change);
        this.#context.follow(change);
        if (change.type === 'purged') options.masker.forget(change.sessionId);
        this.#follow(change);
      }),
    );
  }

  /** Keeps the queue moving, and knows of turns that ended without being asked here. */
  #follow(change: StoreChange): void {
    switch (change.type) {
      case 'appended':
        for (const entry of change.entries)
          if (entry.kind === 'assistant') {
            if (entry.outcome !== undefined) this.#over(change.sessionId, entry.turnId);
            // Whoever comes now finds this part of the answer in the log.
            else this.#running.get(change.sessionId)?.answer.stored(entry.id);
          }
        return;
      case 'turn_live':
        this.#accepted.setWaits(change.turnId, false);
        return;
      case 'free':
        void this.#begin(this.#promote(change.sessionId));
        return;
      case 'queue': {
        const { sessionId, queue } = change;
        for (const turnId of this.#accepted.takenBack(sessionId, queue)) this.#withdrawn(sessionId, turnId);
        // What stood before it may have been taken back, or its process may be gone, while nothing was live.
        if (queue[0] && this.#accepted.has(queue[0].turnId)) void this.#begin(this.#promote(sessionId));
        return;
      }
      case 'purged':
        this.#clients.forget(change.sessionId);
        for (const [turnId, { abort }] of this.#accepted.of(change.sessionId)) {
          abort.abort();
          this.#over(change.sessionId, turnId);
        }
        return;
      default:
        return;
    }
  }

  /** There is nothing left to stop. */
  #over(sessionId: string, turnId: string): void {
    if (this.#running.get(sessionId)?.turnId === turnId) this.#running.delete(sessionId);
    this.#accepted.forget(turnId);
  }

  readonly startTurn: Assistant['startTurn'] = async (sessionId, input, signal, budget) => {
    this.#refuseWhenClosing();
    const profile = await this.#choices.profile(sessionId, input.profile);
    const typed = userEntryOf(input, this.#choices.grounding(profile), this.#options.clock.now());
    const user = await this.#typed.input(sessionId, typed);
    const choose = async () => {
      const chosen = await this.#choices.model(sessionId, input.model, profile);
      if (input.profile !== undefined)
        await this.#choices.keepProfile(sessionId, profile, this.#changes.mark(input.door));
      return chosen;
    };
    return this.#accept(sessionId, user, choose, { signal, budget, cache: input.cache });
  };

  readonly startClientTurn: Assistant['startClientTurn'] = async (sessionId, request, by) => {
    this.#refuseWhenClosing();
    const { user, chosen, client, unmet } = await this.#clients.turn(sessionId, request, by.hear);
    const { signal, budget } = by;
    const asked = { signal, client, budget, cache: request.cache };
    return { ...(await this.#accept(sessionId, user, async () => chosen, asked)), unmet };
  };
  readonly conversationOf: Assistant['conversationOf'] = (request) => this.#clients.conversation(request);
  readonly joinTurn: Assistant['joinTurn'] = (...turn) => joinedTurn(this, this.#accepted, ...turn);

  async retryTurn(sessionId: string, turnId: string, door: Door): Promise<StartedTurn> {
    const path = await this.sessions.path(sessionId);
    const earlier = path.findLast(
      (entry): entry is UserEntry => entry.kind === 'user' && entry.turnId === turnId,
    );
    if (!earlier) throw errors.notFound('turn', turnId);
    const user = await this.#typed.input(sessionId, againOf(earlier, door, this.#options.clock.now()));
    return this.#accept(sessionId, user, () => this.#choices.keptModel(sessionId, earlier.model));
  }

  async stopTurn(sessionId: string): Promise<boolean> {
    const running = this.#running.get(sessionId);
    if (!running) return false;
    running.abort.abort();
    await running.done;
    return true;
  }

  readonly live: Assistant['live'] = (sessionId) => {
    const running = this.#running.get(sessionId);
    return running && { turnId: running.turnId, content: running.answer.content() };
  };

  async withdrawTurn(sessionId: string, turnId: string): Promise<boolean> {
    const isOwn = this.#accepted.has(turnId);
    if (!(await this.sessions.withdraw(turnId))) return false;
    // For a turn of this process the store's change has said it already.
    if (!isOwn || this.#accepted.has(turnId)) this.#withdrawn(sessionId, turnId);
    return true;
  }

  #withdrawn(sessionId: string, turnId: string): void {
    this.#accepted.forget(turnId);
    this.#emit({ type: 'turn.withdrawn', sessionId, turnId });
  }

  readonly queue: Assistant['queue'] = (sessionId) => this.sessions.queue(sessionId);
  readonly draft: Assistant['draft'] = (sessionId) => this.#typed.draft(sessionId);
  readonly setDraft: Assistant['setDraft'] = (sessionId, draft) => this.#typed.setDraft(sessionId, draft);
  readonly restored: Assistant['restored'] = (sessionId, text, sources) =>
    this.#typed.restored(sessionId, text, sources);

  readonly createSession: Assistant['createSession'] = (init) => this.#changes.create(init);
  readonly renameSession: Assistant['renameSession'] = (...asked) => this.#changes.rename(...asked);
  readonly setModel: Assistant['setModel'] = (...asked) => this.#changes.setModel(...asked);
  readonly rewind: Assistant['rewind'] = (...asked) => this.#changes.rewind(...asked);
  readonly toBranch: Assistant['toBranch'] = (...asked) => this.#changes.toBranch(...asked);
  readonly branches: Assistant['branches'] = (sessionId) => forksOf(this.sessions, sessionId);

  readonly recall: Assistant['recall'] = async (sessionId, request) => {
    const question = { ...request, sessionId, leafId: undefined, now: this.#options.clock.now() };
    return (await this.#options.recall?.search({ ...question, except: new Set() })) ?? [];
  };

  readonly searchWorkspace: Assistant['searchWorkspace'] = async (question, options) => {
    const { search, masker } = this.#options;
    return search ? maskedSearch(search, masker).search(question, options) : [];
  };

  readonly preview: Assistant['preview'] = async (sessionId, input) =>
    (await this.#inspector.unsent(sessionId, input)).report;
  readonly context: Assistant['context'] = (sessionId, of) => this.#inspector.context(sessionId, of);
  readonly providers: Assistant['providers'] = () => this.#registry.states();
  readonly modelFor: Assistant['modelFor'] = async (sessionId) => {
    const { model, insteadOf } = await this.#choices.keptModel(sessionId);
    return { model, ...(insteadOf === undefined ? {} : { insteadOf }) };
  };

  readonly groundingFor: Assistant['groundingFor'] = (sessionId) => this.#choices.groundingFor(sessionId);

  /** Asks the providers which models they have now; in Restricted Mode none outside the machine is asked. */
  refreshModels(signal: AbortSignal, all = false): Promise<void> {
    return this.#registry.refreshModels(signal, all);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#closing.abort();
    // What begins in this moment is stopped too.
    while (this.#beginning.size > 0) await Promise.allSettled([...this.#beginning]);
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.all(running.map(({ done }) => done));
    await this.memory.close();
    // Inputs that still wait stay in the store, where another window keeps them as interrupted.
    this.#accepted.close();
    this.#lifetime.dispose();
    await this.sessions.close();
  }

  async #begin<T>(beginning: Promise<T>): Promise<T> {
    this.#beginning.add(beginning);
    try {
      return await beginning;
    } finally {
      this.#beginning.delete(beginning);
    }
  }

  async #accept(
    sessionId: string,
    user: UserEntryDraft,
    choose: () => Promise<Chosen>,
    { signal, ...by }: { signal?: AbortSignal | undefined } & AskedBy = {},
  ): Promise<StartedTurn> {
    this.#refuseWhenClosing();
    const chosen = await choose();
    this.#refuseWhenClosing();
    const { turnId } = user;
    if (this.#accepted.has(turnId)) throw errors.turnTaken();
    // The reader is there before the first event can be.
    const events = turnStream(this.onEvent, sessionId, turnId);
    const onAbort = () => void this.#abandon(sessionId, turnId);
    this.#accepted.add(turnId, {
      sessionId,
      chosen,
      by,
      abort: new AbortController(),
      waits: false,
      events,
      release: () => signal?.removeEventListener('abort', onAbort),
    });
    try {
      const answerer = { provider: chosen.provider.id, model: chosen.model.id };
      const state = await this.#begin(this.#submit(user, sessionId, answerer));
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      return { turnId, sessionId, state, events };
    } catch (error) {
      this.#accepted.forget(turnId);
      events.end();
      throw error;
    }
  }

  #refuseWhenClosing(): void {
    if (this.#closing.signal.aborted) throw errors.shuttingDown();
  }

  async #submit(user: UserEntryDraft, sessionId: string, by: Answerer): Promise<'live' | 'queued'> {
    const submitted = await this.sessions.submitTurn(user, sessionId, by);
    if (submitted.state === 'live') this.#run(submitted.entry);
    else {
      this.#accepted.setWaits(user.turnId, true);
      this.#emit({ type: 'turn.queued', sessionId, turnId: user.turnId, queued: submitted.queued });
    }
    return submitted.state;
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
    const { sessionId, chosen, abort, by } = accepted;
    const answer = new Answer();
    const done = runTurn(
      {
        ...this.#options,
        context: this.#context,
        factors: this.#factors,
        breakers: this.#registry.breakers,
        kept: this.#kept,
        profileOf: (id) => this.#choices.profile(id),
        toolsFor: (...asked) => this.#choices.tools(...asked),
        closing: this.#closing.signal,
        emit: (event) => {
          if (event.type === 'turn.ended') this.#endedHere.add(event.turnId);
          this.#emit(event);
        },
      },
      {
        sessionId,
        user,
        provider: chosen.provider,
        model: chosen.model,
        standIns: chosen.standIns,
        answer,
        ...by,
      },
      abort.signal,
    ).finally(() => {
      this.#accepted.forget(user.turnId);
      if (this.#running.get(sessionId)?.turnId === user.turnId) this.#running.delete(sessionId);
    });
    this.#running.set(sessionId, { turnId: user.turnId, answer, abort, done });
  }

  async #promote(sessionId: string): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const user = await untilStored(
      () => this.sessions.promote(sessionId),
      this.#closing.signal,
      (error) => {
        const { code } = errors.toErrorInfo(error);
        this.#options.log.error(`A queued turn could not begin: ${code}.`, error);
        return code === 'store_unavailable' || code === 'store_locked';
      },
    );
    if (user) this.#run(user);
  }

  readonly #emit = (event: SessionEvent): void => this.#events.fire(event);
}
