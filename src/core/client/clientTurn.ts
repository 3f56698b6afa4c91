/** A turn that a program asks for in its own wire, as the engine sees it. */
import type { ClientOptions } from '../../protocol/clientOptions.ts';
import type { Door, GroundingMode } from '../../protocol/entries.ts';
import type { SaidMessage } from '../../protocol/wires/saidMessages.ts';
import type { AnswerUse } from '../answers/keptAnswers.ts';
import type { ClientContext } from '../context/clientContext.ts';
import type { Profile } from '../profiles/profile.ts';
import type { ProviderEvent, ToolDefinition } from '../providers/provider.ts';

export interface ClientRequest {
  /** With its provider or without. */
  model: string;
  /** The conversation as the program tells it, the new input last. */
  messages: readonly SaidMessage[];
  /** What the turn is to be called; another id where none is given. */
  turnId?: string;
  /** The turn of the session behind which it goes on; then the messages are only what is new. */
  afterTurnId?: string;
  /** They are the whole of it, so that what the session has beside them is another branch. */
  whole: boolean;
  system: readonly string[];
  tools: readonly ToolDefinition[];
  maxOutputTokens: number;
  options: ClientOptions;
  /** The settings' when absent. */
  recall?: boolean;
  /** The settings' when absent. */
  grounding?: GroundingMode;
  door: Door;
  /** Name of the program. */
  client?: string;
  /** An answer that was given before will do. */
  cache?: AnswerUse;
}

/** What a turn has of the program's request. */
export interface ClientPart extends ClientContext {
  /** Who answers in the session otherwise; of it, only what was not asked for is taken. */
  profile: Profile;
  tools: readonly ToolDefinition[];
  recall: boolean;
  /** Hears the answer as it comes; what it throws is not caught. */
  hear(event: ProviderEvent): void;
}
