/** What a turn works with, and what it is about. */
import type { StopReason, Usage } from '../protocol/content.ts';
import type { GroundingMode, TurnOutcome, UserEntry } from '../protocol/entries.ts';
import type { ErrorInfo } from '../protocol/errors.ts';
import type { TurnEvent } from '../protocol/turnEvents.ts';
import type { Answer } from './answer.ts';
import type { AnswerUse, KeptAnswers } from './answers/keptAnswers.ts';
import type { CallSink } from './calls/watched.ts';
import type { ClientPart } from './client/clientTurn.ts';
import type { ContextBuilder } from './context/contextBuilder.ts';
import type { TokenFactors } from './context/factors.ts';
import type { CallBudget } from './limits/spending.ts';
import type { Clock, CoreSettings, Log } from './ports.ts';
import type { Profile } from './profiles/profile.ts';
import type { Breakers } from './providers/breakers.ts';
import type { ModelInfo, Provider } from './providers/provider.ts';
import type { Chosen } from './providers/registry.ts';
import type { Masker } from './secrets/masker.ts';
import type { SessionStore } from './session/store.ts';
import type { Tools } from './tools/registry.ts';

export interface TurnDependencies {
  store: SessionStore;
  context: ContextBuilder;
  factors: TokenFactors;
  breakers: Breakers;
  settings: CoreSettings;
  clock: Clock;
  log: Log;
  masker: Masker;
  /** Where each request is kept, without what was said; nowhere when absent. */
  calls?: CallSink | undefined;
  /** Answers that may be given again. */
  kept: KeptAnswers;
  /** Who answers in a session, read when the turn begins. Never rejects for a profile that is gone. */
  profileOf(sessionId: string): Promise<Profile>;
  /** The tools of a turn; none for a model that takes none. */
  toolsFor(sessionId: string, profile: Profile, model: ModelInfo, grounding: GroundingMode): Promise<Tools>;
  /** Aborted when the process is about to end. */
  closing: AbortSignal;
  /**
   * Hears the events between `turn.started` and the terminal one, which the store's change brings; and the terminal
   * one too when the store lets nothing in.
   */
  emit(event: TurnEvent): void;
}

export interface TurnPlan {
  sessionId: string;
  user: UserEntry;
  /** Who answers now; another one when a stand-in has taken over. */
  provider: Provider;
  model: ModelInfo;
  standIns: Chosen['standIns'];
  /** Of a turn that a program asked for in its own wire: its words and tools, which are not ours to run. */
  client?: ClientPart | undefined;
  /** Grows as the turn goes on; whoever comes late reads from it what has arrived. */
  answer: Answer;
  /** What each request is held to before it is sent. */
  budget?: CallBudget | undefined;
  /** An answer that was given before will do. */
  cache?: AnswerUse | undefined;
}

/** How a request ended. */
export interface Ending {
  outcome: Exclude<TurnOutcome, 'interrupted'>;
  stopReason?: StopReason;
  usage?: Usage;
  error?: ErrorInfo;
}
