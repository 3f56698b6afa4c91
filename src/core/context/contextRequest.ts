/** What a context is asked for with, what it is gathered from, and what comes of it. */
import type { UserEntry } from '../../protocol/entries.ts';
import type { Branches } from '../memory/branch.ts';
import type {
  Clock,
  CoreSettings,
  PassageSearch,
  Recall,
  TokenCounter,
  UserDirectives,
  Workspace,
} from '../ports.ts';
import type { ModelInfo, ToolDefinition } from '../providers/provider.ts';
import type { Masker } from '../secrets/masker.ts';
import type { SessionStore } from '../session/store.ts';
import type { WorkspaceSources } from '../tools/workspace/sources.ts';
import type { Assembly, AssemblyInput } from './assembler.ts';
import type { ClientContext } from './clientContext.ts';
import type { TokenFactors } from './factors.ts';
import type { Persona } from './systemPrompt.ts';

export interface ContextRequest {
  sessionId: string;
  /** The input; for a preview it is not in the log. */
  input: Pick<
    UserEntry,
    'id' | 'content' | 'attachments' | 'grounding' | 'excluded' | 'pinned' | 'replaced' | 'output'
  >;
  /** Last entry of the branch the input follows; null at the root, undefined for the head. */
  parentId: string | null | undefined;
  model: ModelInfo;
  /** Who answers, where a profile says so. */
  persona?: Persona;
  tools?: readonly ToolDefinition[];
  /** In place of the setting. */
  recall?: CoreSettings['recall'];
  /** What is looked at is not sent, so that nothing of it leaves the machine by other ways either. */
  preview?: true;
  /** Below 1 after the API found the request too long. */
  shrink?: number;
  /** After the API found the request to have too many bytes: as `AssemblyInput.mediaBytes`. */
  mediaBytes?: number;
  /** In a turn that a program asked for in its own wire: then no profile, setting or file of ours says a word. */
  client?: ClientContext;
}

export interface ContextOptions {
  store: SessionStore;
  branches: Branches;
  workspace: Workspace;
  masker: Masker;
  counter: TokenCounter;
  factors: TokenFactors;
  settings: CoreSettings;
  clock: Clock;
  /** Without it nothing is found in the workspace. */
  search?: PassageSearch;
  /** Without it nothing that is mentioned can be read. */
  workspaceSources?(): WorkspaceSources | undefined;
  /** Without it nothing is recalled. */
  recall?: Recall;
  /** Without it the user has no directives beyond the session. */
  userDirectives?: UserDirectives;
}

/** What was gathered for a turn, so that the requests after its first one begin with the same. */
export interface BuiltContext extends Assembly {
  readonly gathered: AssemblyInput;
  /** Tokens of the model for one of the counter, as they were reckoned. */
  readonly factor: number;
}
