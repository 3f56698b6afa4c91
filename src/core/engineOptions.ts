/** What the engine is wired with. */
import type { CallSink } from './calls/watched.ts';
import type {
  Clock,
  CoreSettings,
  Log,
  ModelNotes,
  PassageSearch,
  Recall,
  SecretScanner,
  TokenCounter,
  TokenFactorRecord,
  UserDirectives,
  Workspace,
} from './ports.ts';
import type { Profiles } from './profiles/profiles.ts';
import type { Prompts } from './prompts/prompts.ts';
import type { Provider } from './providers/provider.ts';
import type { Masker } from './secrets/masker.ts';
import type { SessionStore } from './session/store.ts';
import type { WorkspaceSources } from './tools/workspace/sources.ts';
import type { Transforms } from './transforms/transforms.ts';

export interface EngineOptions {
  store: SessionStore;
  /** In order of preference; gone through anew each time. */
  providers: Iterable<Provider>;
  /** Answers when no other provider is ready; never leaves the machine. */
  offline: Provider;
  workspace: Workspace;
  /** Through it goes everything that is sent and stored. */
  masker: Masker;
  counter: TokenCounter;
  recall?: Recall;
  /** Finds passages for turns that are grounded in the whole workspace. */
  search?: PassageSearch;
  userDirectives?: UserDirectives;
  /** Without it no secrets are marked in what is inspected. */
  scanner?: SecretScanner;
  factorRecord?: TokenFactorRecord;
  /** Where each request to a model is kept, without what was said; nowhere when absent. */
  calls?: CallSink;
  settings: CoreSettings;
  /** Those that come with Causeway when absent. */
  profiles?: Profiles;
  /** None when absent. */
  prompts?: Prompts;
  /** Where a model keeps notes of its own, while the user lets it. */
  modelNotes?(): ModelNotes | undefined;
  /** The user's own modules that see what leaves; none when absent. */
  transforms?: Transforms;
  /** What answers depend on beside their requests, such as the addresses that are set. */
  answersDependOn?(): string;
  /** What tools may see of the workspace; undefined where no folder is open. */
  workspaceSources?(): WorkspaceSources | undefined;
  clock: Clock;
  log: Log;
}
