/**
 * The one façade every door calls: panel, commands, bridge, command line.
 * Whatever one door can do, all can.
 */
import type { Event } from '../base/emitter.ts';
import type { AssistantBlock } from '../protocol/content.ts';
import type { GroundingMode } from '../protocol/entries.ts';
import type { Fork } from '../protocol/forks.ts';
import type { RecalledEntry } from '../protocol/memory.ts';
import type { ContextReport } from '../protocol/report.ts';
import type { Draft, QueuedTurn, SessionSummary } from '../protocol/session.ts';
import type { SessionEvent, TurnEvent } from '../protocol/turnEvents.ts';
import type { TurnInput } from '../protocol/turnInput.ts';
import type { AnswerUse } from './answers/keptAnswers.ts';
import type { ClientRequest } from './client/clientTurn.ts';
import type { Inspected, InspectedContext } from './context/contextInspector.ts';
import type { CallBudget } from './limits/spending.ts';
import type { Passage } from './ports.ts';
import type { Prompts } from './prompts/prompts.ts';
import type { Availability, ModelInfo, ProviderEvent } from './providers/provider.ts';
import type { ChatReading, Relayed, RelayedFailure, RelayedModel } from './relayedModels.ts';
import type { ToldReads } from './secrets/maskedReads.ts';
import type { SessionInit, SessionStore } from './session/store.ts';
import type { SessionMemory } from './sessionMemory.ts';

export type { AnswerUse, ChatReading, ClientRequest, ProviderEvent, Relayed, RelayedFailure, RelayedModel };

/** A turn whose events are followed, whoever began it. */
export type FollowedTurn = Omit<StartedTurn, 'state'>;

/** An accepted turn. Its input is durable; it ends in exactly one terminal event, which is the last of `events`. */
export interface StartedTurn {
  turnId: string;
  sessionId: string;
  state: 'live' | 'queued';
  /** From the first event on, for one reader; leaving the loop does not stop the turn. */
  events: AsyncIterable<TurnEvent>;
}

/** An input, with what is not kept of it. */
export interface TurnInputOf extends TurnInput {
  /** The turn it becomes; a new one when absent. */
  turnId?: string;
  /** An answer that was given before will do. */
  cache?: AnswerUse;
}

export interface OwnLiveTurn {
  turnId: string;
  content: AssistantBlock[];
}

export interface ProviderState {
  id: string;
  name: string;
  remote: boolean;
  availability: Availability;
  models: ModelInfo[];
}

export interface ResolvedModel {
  model: ModelInfo;
  /** Set when the wanted model cannot be used now and another stands in, with the reason. */
  insteadOf?: string;
}

export interface ResolvedGrounding {
  grounding: GroundingMode;
  /** Name of the profile that answers. */
  profile: string;
  /** The profile names a grounding, so that it is not the setting alone that decides. */
  isNamed: boolean;
}

export interface RecallRequest {
  text: string;
  limit: number;
  scope: 'session' | 'workspace';
}

export interface Assistant {
  /** What happens in all sessions of this store, whichever process does it. */
  readonly onEvent: Event<SessionEvent>;
  /** Sessions, entries, search, drafts, export: the store itself, whose methods need no engine. */
  readonly sessions: SessionStore;
  /** The same log, and the workspace’s files, as programs may be told them; every door for programs reads here. */
  readonly told: ToldReads;
  /** Frames, directives, tasks and the profile of each session. */
  readonly memory: SessionMemory;
  /** Prompts as files, which any door can run by name. */
  readonly prompts: Prompts;

  /**
   * Accepts an input. Throws `invalid_input`, `empty_input`, `not_found`, `profile_not_found`, `masking_failed`,
   * `turn_taken`, `store_*`: then nothing
   * was stored.
   * Aborting the signal stops the turn. Its calls are held to the budget, if there is one.
   */
  startTurn(
    sessionId: string,
    input: TurnInputOf,
    signal?: AbortSignal,
    budget?: CallBudget,
  ): Promise<StartedTurn>;
  /**
   * Accepts what a program asks for in its own wire: of its messages the session is given what it does not have, in a
   * branch where they differ; system prompt and tools are the program's, and its calls end the turn. `hear` is told the
   * answer as it comes. Throws `invalid_input`, `empty_input`, `not_found`, `model_not_found`, what keeps the provider
   * from answering, and `store_*`: then no input was stored. Aborting the signal stops the turn. `unmet` are the options
   * that the model which was chosen is not told.
   */
  startClientTurn(
    sessionId: string,
    request: ClientRequest,
    by: { hear(event: ProviderEvent): void; signal?: AbortSignal; budget?: CallBudget | undefined },
  ): Promise<StartedTurn & { unmet: string[] }>;
  /** Who answers a program's own calls that belong to no session. */
  readonly relayed: Relayed;
  /** The session of this program in which what it tells of was said; undefined where there is none. */
  conversationOf(
    request: Pick<ClientRequest, 'messages' | 'client' | 'door'> & { clientId?: string },
  ): Promise<string | undefined>;
  /**
   * Follows a turn that was accepted before, whichever process runs or ran it: what has come of it is told in one piece,
   * then the rest as it comes. Undefined for one that never began. Throws `not_found`, `masking_failed` and `store_*`.
   */
  joinTurn(sessionId: string, turnId: string): Promise<FollowedTurn | undefined>;
  /** Sends the input of an earlier turn once more, as a branch beside it. */
  retryTurn(sessionId: string, turnId: string, door: TurnInput['door']): Promise<StartedTurn>;
  /** Stops the live turn of the session, keeping what has arrived. False when none of this process is live. */
  stopTurn(sessionId: string): Promise<boolean>;
  /** The live turn of the session as far as it has come, when this process runs it. */
  live(sessionId: string): OwnLiveTurn | undefined;
  withdrawTurn(sessionId: string, turnId: string): Promise<boolean>;
  queue(sessionId: string): Promise<QueuedTurn[]>;

  /** What is typed in a session and not sent; what was masked in it is there again while this process lives. */
  draft(sessionId: string): Promise<Draft | undefined>;
  /** Keeps it with its secrets masked; where nobody could look for them, what was kept before stays. */
  setDraft(sessionId: string, draft: Draft): Promise<void>;
  /**
   * A text of an answer with what its placeholders stand for, as it goes into a file: values masked in the session while
   * this process lives, and those that stand in `sources`, the texts of files. Throws `placeholder_unknown` where one is
   * not known any more, and `masking_failed`.
   */
  restored(sessionId: string, text: string, sources: readonly string[]): Promise<string>;

  /** A new session, its title masked. Throws `masking_failed`: then there is none. */
  createSession(init: SessionInit): Promise<SessionSummary>;
  renameSession(sessionId: string, title: string, door: TurnInput['door']): Promise<SessionSummary>;
  /** Sets the model of a session from now on; `provider/model`. */
  setModel(sessionId: string, model: string, door: TurnInput['door']): Promise<void>;
  /**
   * Moves the head of the session to an entry, from which it goes on; nothing is deleted. Throws `not_found`, and
   * `turn_under_way` while a turn is live.
   */
  rewind(sessionId: string, entryId: string, door: TurnInput['door']): Promise<void>;
  /** Moves the head to the newest entry of the branch that an entry is on, unless that is active. Throws as `rewind`. */
  toBranch(sessionId: string, entryId: string, door: TurnInput['door']): Promise<void>;
  /** The inputs of the active branch beside which there are others, oldest first. */
  branches(sessionId: string): Promise<Fork[]>;

  /** Earlier entries that matter for a text, best first; of this session's branch, or of the workspace's sessions too. */
  recall(sessionId: string, request: RecallRequest): Promise<RecalledEntry[]>;
  /** Passages of the workspace that matter for a question, best first; none where there is no workspace. */
  searchWorkspace(question: string, options: { limit: number; signal?: AbortSignal }): Promise<Passage[]>;
  /** What would be sent now. */
  preview(sessionId: string, input: TurnInput): Promise<ContextReport>;
  /**
   * What was sent in a turn that has ended, in the newest such turn, or what would be sent with an input. Throws `not_found` for a turn that is
   * not there or sent nothing, and as `startTurn` for an input.
   */
  context(sessionId: string, of: Inspected): Promise<InspectedContext>;
  providers(): Promise<ProviderState[]>;
  /** The model the next turn of the session would use. */
  modelFor(sessionId: string | undefined): Promise<ResolvedModel>;
  /** What the next turn of the session would be grounded in, where its input says nothing of it. */
  groundingFor(sessionId: string | undefined): Promise<ResolvedGrounding>;
  /** Stops all turns of this process and closes the store. */
  close(): Promise<void>;
}
