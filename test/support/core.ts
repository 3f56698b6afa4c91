/** The real core for tests: the SQLite store in its worker, Claude through the SDK against the fake, offline answers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emitter } from '../../src/base/emitter.ts';
import { traceOf } from '../../src/base/trace.ts';
import type { CallSink } from '../../src/core/calls/watched.ts';
import { estimateTokens } from '../../src/core/context/tokens.ts';
import { Engine } from '../../src/core/engine.ts';
import type {
  Clock,
  CoreSettings,
  Log,
  OpenFile,
  PassageSearch,
  ProfileFile,
  PromptFile,
  Recall,
  SecretScanner,
  Secrets,
  TokenCounter,
  UserDirectives,
  Workspace,
} from '../../src/core/ports.ts';
import { Profiles } from '../../src/core/profiles/profiles.ts';
import { Prompts } from '../../src/core/prompts/prompts.ts';
import { AnthropicProvider } from '../../src/core/providers/anthropic/anthropic.ts';
import { anthropicKeyName } from '../../src/core/providers/anthropic/keyName.ts';
import { type AnthropicFeatures, noFeatures } from '../../src/core/providers/anthropic/secondWind.ts';
import { OfflineProvider } from '../../src/core/providers/offline.ts';
import type { Provider } from '../../src/core/providers/provider.ts';
import { maskedSearch } from '../../src/core/secrets/maskedSearch.ts';
import { Masker } from '../../src/core/secrets/masker.ts';
import type { SessionStore } from '../../src/core/session/store.ts';
import type { WorkspaceSources } from '../../src/core/tools/workspace/sources.ts';
import type { Transforms } from '../../src/core/transforms/transforms.ts';
import type { SessionEvent } from '../../src/protocol/turnEvents.ts';
import { openSessionStore } from '../../src/store/openSessionStore.ts';
import { openRecall } from '../../src/workers/openRecall.ts';
import { SecretRules } from '../../src/workers/secretRules.ts';
import { type FakeAnthropic, startFakeAnthropic } from './anthropic/server.ts';

export const workerUrl = (name: string): URL => new URL(`../../src/workers/${name}.ts`, import.meta.url);

export interface TestCore {
  engine: Engine;
  store: SessionStore;
  masker: Masker;
  fake: FakeAnthropic;
  folder: string;
  settings: { -readonly [K in keyof CoreSettings]: CoreSettings[K] };
  workspace: { trusted: boolean; openFiles: OpenFile[]; memoryFiles: { path: string; text: string }[] };
  secrets: { key: string | undefined };
  logged: string[];
  /** Resolves with the first line that fits, from now on. */
  logLine(fits: RegExp): Promise<string>;
  /** Resolves with the first event of all sessions that fits, from now on. */
  event<T extends SessionEvent['type']>(
    type: T,
    fits?: (event: Extract<SessionEvent, { type: T }>) => boolean,
  ): Promise<Extract<SessionEvent, { type: T }>>;
  close(): Promise<void>;
}

export interface TestCoreOptions {
  folder?: string;
  fake?: FakeAnthropic;
  search?: PassageSearch;
  /** Read anew for each call. */
  promptFiles?: PromptFile[];
  idleLimitMs?: number;
  recall?: Recall;
  /** What Claude's API is asked to do about a long context. */
  features?: Partial<AnthropicFeatures>;
  profileFiles?: ProfileFile[];
  userDirectives?: UserDirectives;
  /** Providers beside Claude. */
  more?: Iterable<Provider>;
  calls?: CallSink;
  /** What the engine sees as the time. */
  clock?: Clock;
  /** Counts by the kinds of characters where none is given, which needs no worker. */
  counter?: TokenCounter;
  /** Without it no secrets are found. */
  scanner?: SecretScanner;
  maskingKey?: Uint8Array;
  maskingPatienceMs?: number;
  /** Modules that see what leaves. */
  transforms?: Transforms;
  /** Without it there are no tools for the workspace. */
  workspaceSources?: WorkspaceSources;
}

export async function startCore(options: TestCoreOptions = {}): Promise<TestCore> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'causeway-'));
  const fake = options.fake ?? (await startFakeAnthropic());
  const settings: TestCore['settings'] = {
    model: '',
    smallModel: '',
    routes: {},
    grounding: 'open_files',
    maxOutputTokens: 8_000,
    thinking: false,
    profile: 'coding',
    instructions: '',
    conversationTokens: 24_000,
    recall: 'session',
    embeddings: '',
    compaction: 'extractive',
    maskSecrets: true,
    maskPersonalData: false,
    maskedNames: [],
    localOnly: false,
  };
  const workspace: TestCore['workspace'] = { trusted: true, openFiles: [], memoryFiles: [] };
  const secrets: TestCore['secrets'] = { key: fake.key };
  const logged: string[] = [];
  const lines = new Emitter<string>();
  const keep = (line: string) => {
    logged.push(line);
    lines.fire(line);
  };
  const log: Log = {
    info: keep,
    warn: keep,
    error: (message, error) => keep(error === undefined ? message : `${message} ${traceOf(error)}`),
  };
  const changed = new Emitter<string>();
  const secretsPort: Secrets = {
    get: async (name) => (name === anthropicKeyName ? secrets.key : undefined),
    onDidChange: changed.event,
  };
  const workspacePort: Workspace = {
    id: 'test-workspace',
    name: 'test',
    isTrusted: () => workspace.trusted,
    memoryFiles: async () => workspace.memoryFiles,
    openFiles: async () => workspace.openFiles,
  };
  const clock = options.clock ?? { now: () => Date.now(), monotonic: () => performance.now() };
  const store = openSessionStore({
    file: join(folder, 'sessions.db'),
    workspaceId: 'test-workspace',
    workerUrl: workerUrl('store'),
  });
  // The scanner's own rules, without its thread: most tests look for no secrets and need not wait for it to start.
  const masker = new Masker({
    scanner: options.scanner ?? new SecretRules(),
    key: async () => options.maskingKey ?? new Uint8Array(32).fill(7),
    settings,
    log,
    ...(options.maskingPatienceMs === undefined ? {} : { patienceMs: options.maskingPatienceMs }),
  });
  const recall = openRecall({
    workerUrl: workerUrl('recall'),
    stores: [store],
    // Most tests recall nothing: the worker starts when one does.
    isWanted: () => false,
    log,
  });
  const profiles = new Profiles({ read: async () => options.profileFiles ?? [] }, log);
  const engine = new Engine({
    store,
    providers: [
      new AnthropicProvider({
        secrets: secretsPort,
        clock,
        log,
        baseUrl: () => fake.url,
        features: () => ({ ...noFeatures, ...options.features }),
        ...(options.idleLimitMs === undefined ? {} : { idleLimitMs: options.idleLimitMs }),
      }),
      ...(options.more ?? []),
    ],
    offline: new OfflineProvider(maskedSearch(options.search ?? { search: async () => [] }, masker)),
    ...(options.search === undefined ? {} : { search: options.search }),
    workspace: workspacePort,
    masker,
    counter: options.counter ?? { count: async (texts) => texts.map(estimateTokens) },
    recall,
    settings,
    profiles,
    prompts: new Prompts({ read: async () => options.promptFiles ?? [] }, log, {
      grounding: () => settings.grounding,
      profile: (name) => profiles.get(name),
    }),
    ...(options.search === undefined ? {} : { search: options.search }),
    ...(options.recall === undefined ? {} : { recall: options.recall }),
    clock,
    log,
    workspaceSources: () => options.workspaceSources,
    ...(options.scanner === undefined ? {} : { scanner: options.scanner }),
    ...(options.calls === undefined ? {} : { calls: options.calls }),
    ...(options.transforms === undefined
      ? {}
      : { transforms: options.transforms, answersDependOn: () => options.transforms?.mark ?? '' }),
    ...(options.userDirectives === undefined ? {} : { userDirectives: options.userDirectives }),
  });
  return {
    engine,
    store,
    masker,
    fake,
    folder,
    settings,
    workspace,
    secrets,
    logged,
    logLine: (fits) =>
      new Promise((resolve) => {
        const subscription = lines.event((line) => {
          if (!fits.test(line)) return;
          subscription.dispose();
          resolve(line);
        });
      }),
    event: (type, fits = () => true) =>
      new Promise((resolve) => {
        const subscription = engine.onEvent((event) => {
          if (event.type !== type) return;
          const found = event as Parameters<typeof fits>[0];
          if (!fits(found)) return;
          subscription.dispose();
          resolve(found);
        });
      }),
    async close() {
      await engine.close();
      await recall.close();
      if (!options.fake) await fake.close();
      if (!options.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}
