/** What this window is wired with by the entry point: the host knows neither databases nor sockets. */
import type { Event } from '../base/emitter.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Exclude } from '../core/grounding/globs.ts';
import type { IgnoredBy } from '../core/grounding/staysOut.ts';
import type { Limiter } from '../core/limits/limiter.ts';
import type { IndexControl, Log, MemoryFile, Secrets, Workspace } from '../core/ports.ts';
import type { Provider } from '../core/providers/provider.ts';
import type {
  Asking,
  AskingRegister,
  ClientRegister,
  KeyedTurns,
  ResolvedWorkspace,
  SessionKeyRegister,
  WorkspaceIdentity,
  WorkspaceRegister,
} from '../core/register.ts';
import type { CallSource, ModelRelay } from '../core/relay.ts';
import type { LanguageFeatures } from '../core/tools/workspace/sources.ts';
import type { AttachmentPorts } from '../core/workspace/attachment.ts';
import type { BridgeState } from '../protocol/bridge.ts';
import type { ErrorInfo } from '../protocol/errors.ts';
import type { Settings } from './settings.ts';

/** The core of the window's workspace. */
export interface OpenedCore {
  readonly assistant: Assistant;
  readonly resolved: ResolvedWorkspace;
  readonly index: IndexControl;
  readonly relay: ModelRelay;
  /** Every request to a model. */
  readonly calls: CallSource & {
    /** Writes what waits, and deletes what was said in calls where it is not kept any more. */
    flush(): Promise<void>;
  };
  readonly limiter: Limiter;
  readonly user: {
    readonly workspaces: WorkspaceRegister;
    readonly clients: ClientRegister;
    readonly asking: AskingRegister;
    readonly keyedTurns: KeyedTurns;
    readonly sessionKey: SessionKeyRegister;
    hasSessions(workspaceId: string): Promise<boolean>;
  };
  /** Asks the providers which models they have; where `all` are wanted, also those that are used only by name. */
  refreshModels(signal: AbortSignal, all?: boolean): Promise<void>;
  notices(): Promise<ErrorInfo[]>;
  close(): Promise<void>;
}

export interface CoreRequest {
  dataFolder: string;
  profilesFolder: string;
  promptsFolder: string;
  transformsFolder: string;
  workersFolder: string;
  identity: WorkspaceIdentity;
  workspace: Omit<Workspace, 'id' | 'name'>;
  roots(): readonly string[];
  excludes(): readonly Exclude[];
  language: LanguageFeatures;
  watch: 'told' | 'own';
  settings: Settings;
  secrets: Secrets;
  /** Models that only the host can reach. */
  ownProviders: readonly Provider[];
  sessionKey: Uint8Array | undefined;
  maskingKey(): Promise<Uint8Array>;
  log: Log;
  /** Says to the user what he must know and nobody waits for. */
  tell(error: ErrorInfo): void;
}

export interface OpenedBridge {
  readonly state: BridgeState;
  readonly onDidChange: Event<BridgeState>;
  readonly onDidAsk: Event<Asking>;
  stop(): Promise<void>;
}

export interface BridgeRequest {
  core: OpenedCore;
  workspace: { id: string; name: string; folders: string[] };
  /** As it is set. */
  port: unknown;
  log: Log;
}

export interface Wiring extends Pick<AttachmentPorts, 'fingerprintOf' | 'isGone'> {
  openCore(request: CoreRequest): Promise<OpenedCore>;
  startBridge(request: BridgeRequest): Promise<OpenedBridge>;
  /** What excludes each of these files, in order; all paths are absolute. */
  ignoredFiles(
    files: readonly string[],
    roots: readonly string[],
    excludes: readonly Exclude[],
  ): Promise<(IgnoredBy | undefined)[]>;
  /** `AGENTS.md` and `CLAUDE.md` of folders, by their paths. */
  readMemoryFiles(roots: readonly string[], log: Log): Promise<MemoryFile[]>;
  /** Lets the command line find the sessions of this product. */
  registerDataFolder(dataFolder: string, product: string): Promise<void>;
}
