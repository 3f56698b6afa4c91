/** `causeway clients`: who may call the bridge. */
import { invalidInput, notFound, usageInvalid } from '../core/errors.ts';
import type { ClientLimits } from '../core/limits/limits.ts';
import { type Client, type ClientScope, clientScopes, isActive } from '../core/register.ts';
import { resolveWorkspace } from '../core/workspace/attachment.ts';
import type { RedisAddress } from '../store/redis/address.ts';
import { fingerprintOf } from '../store/user/fingerprint.ts';
import type { UserDatabase } from '../store/user/openUserDatabase.ts';
import { expiryOf, limitOptions, limitsOf, limitsText } from './clientLimits.ts';
import { exitCodes } from './exitCodes.ts';
import { openUsers } from './headless.ts';
import { theOne } from './ids.ts';
import type { Invocation } from './main.ts';
import { folderOptions, named, parse } from './parse.ts';
import { type Place, placeOf } from './place.ts';
import { openUsersAt, sharedAddressOf, sharedStateOf } from './shared.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { shortId, timeText } from './text.ts';

const command = 'causeway clients';

interface Options {
  scope?: string[] | undefined;
  'all-workspaces'?: boolean | undefined;
  expires?: string | undefined;
  requests?: string | undefined;
  tokens?: string | undefined;
  parallel?: string | undefined;
  usd?: string | undefined;
  store?: string | undefined;
  workspace?: string | undefined;
  json?: boolean | undefined;
}

interface Call {
  users: UserDatabase;
  /** The one of the folder. */
  workspace(): Promise<{ id: string; name: string }>;
  terminal: Terminal;
  values: Options;
  rest: readonly string[];
}

const actions: Record<string, (call: Call) => Promise<void>> = { list, show, add, limit, rotate, revoke };

export async function runClients(invocation: Invocation): Promise<number> {
  const { argv, cwd, env, terminal } = invocation;
  const { values, positionals } = parse(
    argv,
    {
      ...folderOptions,
      scope: { type: 'string', multiple: true },
      'all-workspaces': { type: 'boolean' },
      ...limitOptions,
      store: { type: 'string' },
      workspace: { type: 'string' },
      json: { type: 'boolean' },
    },
    command,
  );
  const [name = 'list', ...rest] = positionals;
  const run = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!run) throw usageInvalid(`There is no command clients ${JSON.stringify(name)}.`, `${command} --help`);
  const place = await placeOf(values.folder, cwd);
  const here = await openUsers(place, invocation);
  const address = await sharedAddressOf(values, env);
  const users = address ? await openUsersAt(address, here) : here;
  const workspace = () => workspaceOf(users, place, values, address);
  try {
    await run({ users, workspace, terminal, values, rest });
  } finally {
    await users.close();
  }
  return exitCodes.done;
}

async function list({ users, terminal, values, rest }: Call): Promise<void> {
  named(rest, [], command);
  const clients = await users.clients.list();
  if (values.json) {
    for (const client of clients) await terminal.writeJson(client);
    return;
  }
  if (clients.length === 0)
    return terminal.note('There is no client yet. Make one with causeway clients add NAME.');
  const names = new Map((await users.workspaces.list()).map(({ id, name }) => [id, name]));
  const rows = clients.map((client) => [
    shortId(client.id),
    stateOf(client),
    timeText(client.createdAt),
    client.lastUsedAt === undefined ? 'never' : timeText(client.lastUsedAt),
    client.workspaceId === undefined ? 'all' : (names.get(client.workspaceId) ?? shortId(client.workspaceId)),
    client.scopes.join(','),
    client.name,
  ]);
  const heads = ['ID', 'STATE', 'CREATED', 'LAST USED', 'WORKSPACE', 'SCOPES', 'NAME'];
  await terminal.write(table(heads, rows, terminal.width));
}

async function add({ users, workspace: workspaceHere, terminal, values, rest }: Call): Promise<void> {
  const [name = ''] = named(rest, ['NAME'], `${command} add`);
  const scopes = (values.scope ?? [...clientScopes]).flatMap((one) => one.split(',')).map(scopeOf);
  const everywhere = values['all-workspaces'] ?? false;
  const workspace = everywhere ? undefined : await workspaceHere();
  const limits = limitsOf(values);
  const expiresAt = expiryOf(values.expires, Date.now());
  const { client, token } = await users.clients.add({
    name,
    scopes,
    limits,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(workspace === undefined ? {} : { workspaceId: workspace.id }),
  });
  await terminal.write(`${token}\n`);
  const where = workspace === undefined ? 'all workspaces' : `the workspace ${workspace.name}`;
  terminal.note(
    `client ${shortId(client.id)} may use ${client.scopes.join(', ')} in ${where}. The token is not shown again; keep it safe.`,
  );
}

/** In a shared store by the name that all instances know it by. */
async function workspaceOf(
  users: UserDatabase,
  place: Place,
  values: Options,
  address: RedisAddress | undefined,
): Promise<{ id: string; name: string }> {
  const shared = await sharedStateOf(values, address, place, command);
  if (shared) return { id: shared.workspaceId, name: values.workspace ?? place.identity.name };
  return (await resolveWorkspace({ register: users.workspaces, fingerprintOf }, place.identity)).workspace;
}

async function revoke({ users, terminal, rest }: Call): Promise<void> {
  const [wanted = ''] = named(rest, ['ID'], `${command} revoke`);
  const client = theOne('client', wanted, await users.clients.list());
  if (!(await users.clients.revoke(client.id))) throw notFound('client that is not revoked', client.id);
  await terminal.write(`Revoked: ${client.name}. Its token works no more.\n`);
}

/** Whoever has the old token is out at once; the new one is shown this once. */
async function rotate({ users, terminal, rest }: Call): Promise<void> {
  const [wanted = ''] = named(rest, ['ID'], `${command} rotate`);
  const client = theOne('client', wanted, await users.clients.list());
  const token = await users.clients.rotate(client.id);
  await terminal.write(`${token}\n`);
  terminal.note(
    `The earlier token of ${client.name} works no more. The new one is not shown again; keep it safe.`,
  );
}

/** Limits that are not named are taken away, so that what is typed is what holds. */
async function limit({ users, terminal, values, rest }: Call): Promise<void> {
  const [wanted = ''] = named(rest, ['ID'], `${command} limit`);
  const limits: ClientLimits = limitsOf(values);
  const all = wanted === 'all';
  const client = all ? undefined : theOne('client', wanted, await users.clients.list());
  await users.clients.limit(client?.id ?? 'all', limits);
  await terminal.write(`${client?.name ?? 'All programs together'}: ${limitsText(limits)}.\n`);
}

async function show({ users, terminal, values, rest }: Call): Promise<void> {
  const [wanted = ''] = named(rest, ['ID'], `${command} show`);
  const client = theOne('client', wanted, await users.clients.list());
  const overall = await users.clients.overallLimits();
  if (values.json) return terminal.writeJson({ ...client, overall });
  const time = (at: number | undefined) => (at === undefined ? 'never' : timeText(at));
  const lines = [
    ['id', client.id],
    ['name', client.name],
    ['state', stateOf(client)],
    ['scopes', client.scopes.join(', ')],
    ['workspace', client.workspaceId ?? 'all'],
    ['created', timeText(client.createdAt)],
    ['last used', time(client.lastUsedAt)],
    ['token replaced', time(client.rotatedAt)],
    ['expires', time(client.expiresAt)],
    ['limits', limitsText(client.limits ?? {})],
    ['all programs together', limitsText(overall)],
  ];
  await terminal.write(lines.map(([name, value]) => `${name}: ${value}\n`).join(''));
}

function stateOf(client: Client): string {
  if (client.revokedAt !== undefined) return 'revoked';
  return isActive(client, Date.now()) ? 'active' : 'expired';
}

function scopeOf(name: string): ClientScope {
  const scope = clientScopes.find((one) => one === name);
  if (!scope) throw invalidInput('--scope', name, `one of ${clientScopes.join(', ')}`);
  return scope;
}
