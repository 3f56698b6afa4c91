/** Wires the core of one workspace for whoever has it open: a window of an editor, or the command line. */
import { pathToFileURL } from 'node:url';
import type { Assistant } from './core/assistant.ts';
import { SpanExport } from './core/calls/spanExport.ts';
import { Engine } from './core/engine.ts';
import { toErrorInfo } from './core/errors.ts';
import type { Exclude } from './core/grounding/globs.ts';
import { symbolSearch } from './core/grounding/symbols/symbolSearch.ts';
import { Limiter } from './core/limits/limiter.ts';
import type { Clock, IndexControl, Log, Secrets, Workspace } from './core/ports.ts';
import { Profiles } from './core/profiles/profiles.ts';
import { Prompts } from './core/prompts/prompts.ts';
import { AnthropicProvider } from './core/providers/anthropic/anthropic.ts';
import { barredFrom, gateOf } from './core/providers/barred.ts';
import { Embedder } from './core/providers/embedder.ts';
import { OfflineProvider } from './core/providers/offline.ts';
import { OpenAiProviders } from './core/providers/openai/openAiProviders.ts';
import type { Provider } from './core/providers/provider.ts';
import type { ResolvedWorkspace, WorkspaceIdentity } from './core/register.ts';
import { CallBatch } from './core/relay/callBatch.ts';
import { AnthropicRelay } from './core/relay/modelRelay.ts';
import type { ModelRelay } from './core/relay.ts';
import { maskedSearch } from './core/secrets/maskedSearch.ts';
import { Masker } from './core/secrets/masker.ts';
import type { SessionStore } from './core/session/store.ts';
import type { Settings } from './core/settings.ts';
import type { LanguageFeatures, WorkspaceSources } from './core/tools/workspace/sources.ts';
import { resolveWorkspace, shownWorkspaces } from './core/workspace/attachment.ts';
import { modelNotesOnDisk } from './modelNotesOnDisk.ts';
import { profileFilesOnDisk } from './profileFilesOnDisk.ts';
import { promptFilesOnDisk } from './promptFilesOnDisk.ts';
import type { ErrorInfo } from './protocol/errors.ts';
import { otlpHeaders, sendSpans } from './sendSpans.ts';
import { CompositeStore } from './store/compositeStore.ts';
import { indexFolder, notesFolder, sessionDatabaseFile, userDatabaseFile } from './store/dataFolders.ts';
import { type LinkedSessionStore, openSessionStore } from './store/openSessionStore.ts';
import { fingerprintOf } from './store/user/fingerprint.ts';
import { openUserDatabase, type UserDatabase } from './store/user/openUserDatabase.ts';
import { openPassageSearch } from './workers/openPassageSearch.ts';
import { openRecall } from './workers/openRecall.ts';
import { openSecretScanner } from './workers/openSecretScanner.ts';
import { openTokenCounter } from './workers/openTokenCounter.ts';
import { openTransforms } from './workers/openTransforms.ts';
import { workspaceFilesOnDisk } from './workspaceFilesOnDisk.ts';
import { workspaceHistory } from './workspaceHistoryByGit.ts';

export interface Surroundings {
  /** Of Causeway. */
  version: string;
  /** Where the databases lie; made when it is missing. */
  dataFolder: string;
  /** The user's own profiles; it need not be there. */
  profilesFolder: string;
  /** The user's own prompts; it need not be there. */
  promptsFolder: string;
  /** The user's own transforms, modules that see what leaves; it need not be there. */
  transformsFolder: string;
  /** Folder of the bundled workers. */
  workersFolder: string;
  identity: WorkspaceIdentity;
  workspace: Omit<Workspace, 'id' | 'name'>;
  /** Absolute paths of the workspace's folders, read anew for each question. */
  roots(): readonly string[];
  /** What the editor's settings hide, read anew for each question. */
  excludes?(): readonly Exclude[];
  /** Where there is an editor. */
  language?: LanguageFeatures;
  /** Who sees that files change: whoever tells `OpenCore.index`, or the thread of the search itself. */
  watch: 'told' | 'own';
  settings: Settings;
  secrets: Secrets;
  /** Models that only the one who opens the core can reach. */
  ownProviders?: readonly Provider[];
  /** Key of the session databases, 32 bytes; undefined when they are not encrypted. */
  sessionKey: Uint8Array | undefined;
  /** Key of the placeholders that stand for secrets, 32 bytes of the user's own. */
  maskingKey(): Promise<Uint8Array>;
  /** What many machines share, in place of what would lie on this one. */
  shared?: SharedState;
  log: Log;
  /** Says to the user what he must know and nobody waits for. */
  tell?(error: ErrorInfo): void;
}

/** Where instances on several machines keep what they have in common. */
export interface SharedState {
  /** Of the workspace; the same on each instance, whatever its folder is there. */
  workspaceId: string;
  /** Throws `store_unavailable` and `store_refused`. */
  openSessions(log: Log): Promise<LinkedSessionStore>;
  /** What is the user's own, with `here`, this machine's, for what is about its folders; closes that too. */
  openUsers(here: UserDatabase): Promise<UserDatabase>;
}

export interface OpenCore {
  readonly assistant: Assistant;
  readonly resolved: ResolvedWorkspace;
  readonly user: UserDatabase;
  readonly masker: Masker;
  /** The index of the workspace's files. */
  readonly index: IndexControl;
  /** For programs that call a model themselves. */
  readonly relay: ModelRelay;
  /** Every request to a model, of programs and of sessions. */
  readonly calls: CallBatch;
  /**
   * Asks the providers which models they have: Claude and the servers that are set, and where `all` are wanted those too
   * that are used only by name, such as the ones on this machine. Asks nothing in Restricted Mode.
   */
  refreshModels(signal: AbortSignal, all?: boolean): Promise<void>;
  /** Holds programs to their limits, in the relay and in turns. */
  readonly limiter: Limiter;
  /** What the user must be told of the databases, such as a salvage. */
  notices(): Promise<ErrorInfo[]>;
  /** Stops all turns of this process, then closes the databases and ends the workers. */
  close(): Promise<void>;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Throws `register_unavailable` and `register_read_only`; a session store that fails says so with its first call. */
export async function openCore(options: Surroundings): Promise<OpenCore> {
  const { dataFolder, identity, settings, secrets, log } = options;
  const worker = (name: string): URL =>
    new URL(`${name}.js`, `${pathToFileURL(options.workersFolder).href}/`);
  const here = openUserDatabase({ file: userDatabaseFile(dataFolder), workerUrl: worker('user') });
  const user = options.shared ? await options.shared.openUsers(here) : here;
  const closeUser = async (error: unknown): Promise<never> => {
    await user.close();
    throw error;
  };
  const { shared } = options;
  const resolvedHere = await resolveWorkspace({ register: user.workspaces, fingerprintOf }, identity).catch(
    closeUser,
  );
  const resolved = shared === undefined ? resolvedHere : sharedBy(shared, resolvedHere);
  const sharedStore = await shared?.openSessions(log).catch(closeUser);
  const [own, ...related] = sharedStore
    ? [sharedStore]
    : shownWorkspaces(resolved).map(({ id }) =>
        openSessionStore({
          file: sessionDatabaseFile(dataFolder, id),
          workspaceId: id,
          workerUrl: worker('store'),
          ...(options.sessionKey === undefined ? {} : { key: options.sessionKey }),
        }),
      );
  if (!own) throw new TypeError('A window shows at least its own workspace.');
  const store: SessionStore = related.length === 0 ? own : new CompositeStore(own, related);
  const workspace: Workspace = { ...options.workspace, id: resolved.workspace.id, name: identity.name };
  /** As it was told last; until then nothing is written that may lie beside encrypted sessions. */
  let isEncrypted = true;
  const passages = openPassageSearch({
    workerUrl: worker('search'),
    roots: options.roots,
    openFiles: () => workspace.openFiles(),
    excludes: options.excludes ?? (() => []),
    isTrusted: () => workspace.isTrusted(),
    indexFolder: indexFolder(dataFolder, resolved.workspace.id),
    // The command line does not know the setting; that sessions are encrypted it sees.
    keepsIndex: async () => {
      if (!settings.keepIndex) return false;
      const status = await own.status().catch(() => undefined);
      isEncrypted = status?.encrypted ?? isEncrypted;
      return !isEncrypted;
    },
    watch: options.watch,
    log,
  });
  const counter = openTokenCounter({ workerUrl: worker('tokens'), log });
  const scanner = openSecretScanner({ workerUrl: worker('secrets'), log });
  const masker = new Masker({ scanner, key: options.maskingKey, settings, log });
  const transforms = openTransforms({
    folder: options.transformsFolder,
    workerUrl: worker('transforms'),
    log,
  });
  const claude = new AnthropicProvider({
    secrets,
    clock: systemClock,
    log,
    baseUrl: () => settings.anthropicBaseUrl,
    features: () => settings.anthropicFeatures,
    prices: () => settings.prices,
  });
  const servers = new OpenAiProviders({
    secrets,
    clock: systemClock,
    log,
    endpoints: () => settings.endpoints,
    prices: () => settings.prices,
  });
  const notes = modelNotesOnDisk(notesFolder(dataFolder, resolved.workspace.id));
  const limiter = new Limiter(user.limits, log);
  const calls = new CallBatch(user.calls, log, {
    kept: () => settings.keepCallBodies,
    masked: (texts) => masker.texts(texts),
  });
  const recall = openRecall({
    workerUrl: worker('recall'),
    stores: [own, ...related],
    isWanted: () => settings.recall !== 'off',
    log,
    embedder: new Embedder({
      providers: servers,
      gate: gateOf({ workspace, settings, masker, transforms }),
      settings,
      keeping: { calls, clock: systemClock, store },
    }),
    tell: (error) => options.tell?.(toErrorInfo(error)),
  });
  const spans = new SpanExport({
    calls,
    // It leaves the machine like everything else.
    endpoint: () => (barredFrom(workspace, settings) ? undefined : settings.otlpEndpoint || undefined),
    send: sendSpans(otlpHeaders(process.env.OTEL_EXPORTER_OTLP_HEADERS)),
    version: options.version,
    log,
  });
  const relay = new AnthropicRelay({
    limiter,
    masker,
    transforms,
    secrets,
    calls,
    barred: (staysHere) => barredFrom(workspace, settings, staysHere),
    baseUrl: () => settings.anthropicBaseUrl,
    endpoints: () => settings.endpoints,
    prices: () => settings.prices,
  });
  const files = workspaceFilesOnDisk({
    roots: options.roots,
    excludes: options.excludes ?? (() => []),
    openFiles: () => workspace.openFiles(),
  });
  const search =
    options.language === undefined
      ? passages
      : symbolSearch(passages, { files, language: options.language, isTrusted: () => workspace.isTrusted() });
  const sources: WorkspaceSources = {
    files,
    history: workspaceHistory(options.roots),
    ...(options.language === undefined ? {} : { language: options.language }),
    search,
    isTrusted: () => workspace.isTrusted(),
  };
  const profiles = new Profiles(
    profileFilesOnDisk(
      { userFolder: options.profilesFolder, roots: options.roots, isTrusted: () => workspace.isTrusted() },
      log,
    ),
    log,
  );
  const engine = new Engine({
    store,
    providers: {
      *[Symbol.iterator]() {
        yield claude;
        yield* servers;
        yield* options.ownProviders ?? [];
      },
    },
    offline: new OfflineProvider(maskedSearch(search, masker)),
    userDirectives: {
      ...user.directives,
      // A turn is not lost because of them.
      list: () =>
        user.directives.list().catch((error: unknown) => {
          log.error('Your own standing instructions could not be read.', error);
          return [];
        }),
    },
    workspace,
    masker,
    counter,
    recall,
    scanner,
    search,
    settings,
    calls,
    transforms,
    factorRecord: user.tokenFactors,
    answersDependOn: () =>
      JSON.stringify([
        settings.anthropicBaseUrl,
        settings.anthropicFeatures,
        settings.endpoints,
        transforms.mark,
      ]),
    workspaceSources: () => (options.roots().length === 0 ? undefined : sources),
    modelNotes: () => (settings.anthropicFeatures.memoryTool ? notes : undefined),
    profiles,
    prompts: new Prompts(
      promptFilesOnDisk(
        { userFolder: options.promptsFolder, roots: options.roots, isTrusted: () => workspace.isTrusted() },
        log,
      ),
      log,
      { grounding: () => settings.grounding, profile: (name) => profiles.get(name) },
    ),
    clock: systemClock,
    log,
  });
  return {
    assistant: engine,
    resolved,
    user,
    masker,
    index: passages.index,
    relay,
    calls,
    limiter,
    refreshModels: (signal, all) => engine.refreshModels(signal, all),
    async notices() {
      const told = await Promise.allSettled([store.status(), user.status()]);
      return told.flatMap((one) =>
        one.status === 'fulfilled' ? one.value.notices : [toErrorInfo(one.reason)],
      );
    },
    async close() {
      try {
        await engine.close();
      } finally {
        relay.dispose();
        await Promise.all([calls.close(), spans.close()]);
        await limiter.close();
        await Promise.all([user.close(), passages.close(), counter.close(), recall.close(), scanner.close()]);
        await transforms.close();
      }
    },
  };
}

/** The workspace under the name that all instances know it by, and without the sessions of this machine. */
const sharedBy = (
  { workspaceId }: SharedState,
  { workspace, ...rest }: ResolvedWorkspace,
): ResolvedWorkspace => ({
  ...rest,
  workspace: { ...workspace, id: workspaceId },
  candidates: [],
  related: [],
});
