/** The core of a folder's workspace without an editor. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Emitter } from '../base/emitter.ts';
import { traceOf } from '../base/trace.ts';
import { invalidInput } from '../core/errors.ts';
import type { Log, Secrets } from '../core/ports.ts';
import { anthropicKeyName } from '../core/providers/anthropic/keyName.ts';
import { type EndpointSetting, endpointSettings } from '../core/providers/openai/endpoints.ts';
import { defaultSettings, type Settings } from '../core/settings.ts';
import { localPathOf } from '../core/workspace/uri.ts';
import { maskingKeyIn } from '../maskingKeyOnDisk.ts';
import { readMemoryFiles } from '../memoryFilesOnDisk.ts';
import type { OpenCore, SharedState } from '../openCore.ts';
import { groundingModes } from '../protocol/entries.ts';
import { openStateFolder, userDatabaseFile } from '../store/dataFolders.ts';
import { openUserDatabase, type UserDatabase } from '../store/user/openUserDatabase.ts';
import { workspaceExcludes } from '../workspaceExcludesOnDisk.ts';
import { localOnlyMark } from '../workspaceMarksOnDisk.ts';
import type { Invocation } from './main.ts';
import { version } from './overview.ts';
import { listOwnDataFolder, type Place } from './place.ts';
import { secretFrom } from './privateFile.ts';
import type { Terminal } from './terminal.ts';

/** Options by which turns are set, as they were typed. */
export interface TurnFlags {
  model?: string | undefined;
  grounding?: string | undefined;
}

/** Opens the core, which is loaded only now, and tells what the user must know of the databases. */
export async function openHeadless(
  place: Place,
  { env, terminal, workersFolder }: Invocation,
  {
    settings = defaultSettings,
    verbose = false,
    shared,
  }: { settings?: Settings; verbose?: boolean | undefined; shared?: SharedState | undefined },
): Promise<OpenCore> {
  await listOwnDataFolder(place);
  const { openCore } = await import('../openCore.ts');
  const log = logOf(terminal, verbose);
  const core = await openCore({
    version: await version(),
    dataFolder: place.dataFolder,
    profilesFolder: join(await openStateFolder(), 'profiles'),
    promptsFolder: join(await openStateFolder(), 'prompts'),
    transformsFolder: join(await openStateFolder(), 'transforms'),
    workersFolder,
    identity: place.identity,
    workspace: {
      // Who runs a command in a folder trusts it, as with every other program that reads its files.
      isTrusted: () => true,
      memoryFiles: () => readMemoryFiles(place.roots, log),
      openFiles: async () => [],
    },
    roots: () => place.roots,
    excludes: () => workspaceExcludes(place.roots),
    watch: 'own',
    settings: markedSettings(settings, place),
    secrets: secretsOf(env),
    sessionKey: undefined,
    ...(shared === undefined ? {} : { shared }),
    maskingKey: async () => maskingKeyIn(await openStateFolder(), log),
    log,
  });
  for (const { message } of await core.notices()) terminal.note(message);
  return core;
}

/** The clients and workspaces of the data folder, without a core. */
export async function openUsers(place: Place, { workersFolder }: Invocation): Promise<UserDatabase> {
  await listOwnDataFolder(place);
  return openUserDatabase({
    file: userDatabaseFile(place.dataFolder),
    workerUrl: pathToFileURL(join(workersFolder, 'user.js')),
  });
}

/** Settings from flags and the environment alone. Throws `invalid_input`. */
export function settingsOf(flags: TurnFlags, env: Invocation['env']): Settings {
  return {
    ...defaultSettings,
    // Without an editor there are no open files.
    grounding: 'workspace',
    ...turnChoices(flags),
    ...(env.ANTHROPIC_BASE_URL
      ? { anthropicBaseUrl: checkedUrl('ANTHROPIC_BASE_URL', env.ANTHROPIC_BASE_URL) }
      : {}),
    ...(env.CAUSEWAY_PROVIDERS ? { endpoints: providersIn(env.CAUSEWAY_PROVIDERS) } : {}),
    // As every program that speaks OpenTelemetry is told where to.
    ...(env.OTEL_EXPORTER_OTLP_ENDPOINT
      ? { otlpEndpoint: checkedUrl('OTEL_EXPORTER_OTLP_ENDPOINT', env.OTEL_EXPORTER_OTLP_ENDPOINT) }
      : {}),
  };
}

/** A mark of the workspace holds here as in the editor; it is read anew, since a server runs for days. */
function markedSettings(settings: Settings, { roots, identity }: Place): Settings {
  // Of a workspace of one folder this is the folder, which is no file to read.
  const workspaceFile = localPathOf(identity.uri);
  const isMarked = localOnlyMark(roots, workspaceFile, () => performance.now());
  return {
    ...settings,
    get localOnly() {
      return settings.localOnly || isMarked();
    },
  };
}

/** What the flags choose for a turn. Throws `invalid_input`. */
export function turnChoices({ model, grounding }: TurnFlags): Partial<Pick<Settings, 'model' | 'grounding'>> {
  if (model !== undefined && !/^[^/\s]+\/\S+$/.test(model))
    throw invalidInput('--model', model, 'PROVIDER/MODEL, such as anthropic/claude-sonnet-5-5');
  const mode = groundingModes.find((one) => one === grounding);
  if (grounding !== undefined && mode === undefined)
    throw invalidInput('--grounding', grounding, `one of ${groundingModes.join(', ')}`);
  return {
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { grounding: mode }),
  };
}

/** What the setting `causeway.providers` has in an editor, as JSON. */
function providersIn(text: string): EndpointSetting[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw invalidInput('CAUSEWAY_PROVIDERS', 'no JSON', 'a list as in the setting causeway.providers');
  }
  const read = endpointSettings.safeParse(raw);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = ['CAUSEWAY_PROVIDERS', ...(issue?.path ?? [])].join('.');
  throw invalidInput(
    field,
    'something else',
    issue?.message ?? 'a list as in the setting causeway.providers',
  );
}

/** The words leave the value out: a URL may hold a password. */
function checkedUrl(name: string, value: string): string {
  if (!/^https?:$/.test(URL.parse(value)?.protocol ?? ''))
    throw invalidInput(name, 'something else', 'an http or https URL');
  return value;
}

function secretsOf(env: Invocation['env']): Secrets {
  return {
    get: async (name, variable) => {
      const from = name === anthropicKeyName ? 'ANTHROPIC_API_KEY' : variable;
      return from === undefined ? undefined : secretFrom(env, from);
    },
    // The environment of a process does not change under it; of a file that does, nobody tells.
    onDidChange: new Emitter<string>().event,
  };
}

export function logOf(terminal: Pick<Terminal, 'note'>, verbose: boolean | undefined): Log {
  const line = (message: string) => {
    if (verbose) terminal.note(message);
  };
  return {
    info: line,
    warn: line,
    error: (message, error) => line(error === undefined ? message : `${message} ${traceOf(error)}`),
  };
}
