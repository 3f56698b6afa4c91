/** Which room may open which door: the borders between the folders of `src/` and `media/`, as data. */
import { posix } from 'node:path';
import type { Import } from './imports.ts';

/** Pure computation that the core may use: no I/O, no host, no globals. */
const pureLibraries = ['wink-porter2-stemmer', 'yaml'];

/** Each of these may use one package more, and nobody else may use it. */
const providerSdks: { under: string; package: string }[] = [
  { under: 'src/core/providers/anthropic/', package: '@anthropic-ai/sdk' },
  { under: 'src/core/providers/openai/', package: 'openai' },
];

interface Room {
  /** Rooms of which every file may be imported. */
  rooms?: string[];
  /** Single files, or folders that end with a slash. */
  files?: string[];
  /** The same, but only their types. */
  types?: string[];
  packages?: string[];
  node?: boolean;
  /** Everything but `vscode` and the host. */
  wires?: boolean;
}

const inSrc = ['base', 'protocol', 'core', 'store', 'bridge', 'client', 'workers', 'cli', 'wiring'];

/** `wiring` is every file that lies directly under `src/`. */
const rooms: Record<string, Room> = {
  base: {},
  protocol: { rooms: ['base'], packages: ['zod'] },
  core: { rooms: ['protocol', 'base'], packages: ['zod', ...pureLibraries] },
  store: {
    rooms: ['protocol', 'base'],
    files: [
      'src/core/errors.ts',
      'src/core/ports.ts',
      'src/core/limits/',
      'src/core/register.ts',
      'src/core/relay.ts',
      'src/core/session/',
      'src/core/workspace/uri.ts',
    ],
    packages: ['zod', '@redis/client'],
    node: true,
  },
  bridge: {
    rooms: ['protocol', 'base'],
    files: [
      'src/core/assistant.ts',
      'src/core/relay.ts',
      'src/core/errors.ts',
      'src/core/register.ts',
      'src/core/limits/',
      'src/core/context/tags.ts',
      'src/core/session/sessionPages.ts',
    ],
    types: ['src/core/ports.ts', 'src/core/session/store.ts'],
    packages: ['zod', 'undici', '@modelcontextprotocol/server', '@modelcontextprotocol/node'],
    node: true,
  },
  host: {
    rooms: ['core', 'protocol', 'base'],
    packages: ['vscode', 'zod'],
    node: true,
  },
  client: { rooms: ['protocol'], packages: ['zod'] },
  workers: {
    rooms: ['core', 'store', 'base'],
    packages: [
      'zod',
      'ai-tokenizer',
      'ignore',
      '@secretlint/core',
      '@secretlint/profiler',
      '@secretlint/secretlint-rule-preset-recommend',
      '@vscode/tree-sitter-wasm',
    ],
    node: true,
  },
  media: {
    rooms: ['protocol', 'base'],
    packages: [
      'zod',
      'preact',
      '@preact/signals',
      '@vscode-elements/elements',
      'dompurify',
      'markdown-it',
      'shiki',
      '@shikijs/langs',
    ],
  },
  cli: { wires: true },
  wiring: { wires: true },
};

/** Files that may open a door more than their room. */
const exceptions: Record<string, Room> = {
  'src/extension.ts': { rooms: [...inSrc, 'host'], packages: ['vscode'], wires: true },
  // What the host is given is described where it is used.
  'src/windowWiring.ts': { types: ['src/host/wiring.ts'] },
  // The clients' own way to find a bridge; the rest of the room is fetch alone.
  'src/client/discovery.ts': { node: true },
};

/** The programs that build the page are not part of it. */
const buildsPage: Room = { node: true, packages: ['esbuild'] };

/** Where modules are loaded whose names are not known before: the user's own. */
export const loaders: readonly string[] = ['src/workers/transforms.ts'];

/** Sockets are opened here and nowhere else. */
const openers = ['src/bridge/nodeServer.ts', 'src/bridge/loopbackClient.ts', 'src/bridge/relay.ts'];
const socketModules = ['node:http', 'node:http2', 'node:https', 'node:net', 'node:tls', 'node:dgram'];

/** The room of a file; undefined where there is no such room. */
function roomOf(file: string): string | undefined {
  if (file.startsWith('media/')) return 'media';
  const [, room, ...more] = file.split('/');
  if (!file.startsWith('src/') || room === undefined) return undefined;
  if (more.length === 0) return 'wiring';
  return room in rooms && room !== 'wiring' && room !== 'media' ? room : undefined;
}

/** Why a file may not import this; undefined when it may. `file` is relative to the repository, with slashes. */
export function violation(file: string, { specifier, typeOnly }: Import): string | undefined {
  const room = roomOf(file);
  const more = /^media\/\w+\.mjs$/.test(file) ? buildsPage : exceptions[file];
  const rules = [room === undefined ? undefined : rooms[room], more].filter((rule) => !!rule);
  if (rules.length === 0) return `${file} is in a room that is not known`;
  const target = specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined;
  const allowed =
    target === undefined
      ? rules.some((rule) => mayUse(rule, file, specifier, typeOnly))
      : rules.some((rule) => mayOpen(rule, room, target, typeOnly));
  return allowed ? undefined : `${room} may not import ${specifier}${typeOnly ? ' (as a type)' : ''}`;
}

function mayOpen(rule: Room, own: string | undefined, target: string, typeOnly: boolean): boolean {
  const room = roomOf(target);
  // What is released says in one place which version it is.
  if (target === 'package.json') return rule.wires === true;
  // Nothing but the bundler begins at an entry file.
  if (target === 'src/extension.ts' || target === 'src/cli.ts') return false;
  // The version of the program stands there and nowhere else.
  if (target === 'package.json') return rule.wires === true;
  if (room === undefined) return false;
  const among = (list: string[] = []) =>
    list.some((place) => (place.endsWith('/') ? target.startsWith(place) : target === place));
  return (
    room === own ||
    rule.rooms?.includes(room) === true ||
    (rule.wires === true && inSrc.includes(room)) ||
    among(rule.files) ||
    (typeOnly && among(rule.types))
  );
}

function mayUse(rule: Room, file: string, specifier: string, typeOnly: boolean): boolean {
  if (specifier.startsWith('node:')) {
    // A type opens no socket.
    const opens = file.startsWith('src/bridge/') && socketModules.includes(specifier) && !typeOnly;
    return (rule.node === true || rule.wires === true) && (!opens || openers.includes(file));
  }
  const name = packageOf(specifier);
  const sdk = providerSdks.find((one) => one.package === name);
  if (sdk) return file.startsWith(sdk.under);
  if (rule.packages?.includes(name)) return true;
  return rule.wires === true && name !== 'vscode';
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
