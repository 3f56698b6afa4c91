/** Gateways that are used most on Node, as npm has them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../conformance/bridge/support.ts';
import { type Running, startProgram } from './servers.ts';

/** What a gateway is to pass on to, and who may ask it. */
export interface PeerTask {
  upstreamUrl: string;
  key: string;
  token: string;
  models: readonly string[];
}

export interface Peer {
  system: string;
  headers: Record<string, string>;
  start(): Promise<Running>;
  remove(): void;
}

interface Package {
  dependencies: Record<string, string>;
  overrides?: Record<string, string>;
}

/** Installs into a folder of its own; undefined, with a word why, when it cannot be had. */
function installed(system: string, wanted: Package): { folder: string; remove(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), `causeway-${system}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...wanted }));
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: 240_000 });
  if (status === 0) return { folder, remove };
  const why = stderr.trim().split('\n')[0] ?? '';
  console.error(`${system} could not be installed, so it is not measured: ${why}`);
  remove();
  return undefined;
}

/** Portkey's gateway. */
function portkey({ upstreamUrl, key }: PeerTask): Peer | undefined {
  // Without these its streams all fail on the Nodes of today.
  const overrides = { '@hono/node-server': '1.13.8', hono: '4.9.7' };
  const found = installed('portkey', { dependencies: { '@portkey-ai/gateway': '1.15.2' }, overrides });
  if (!found) return undefined;
  return {
    system: 'portkey',
    headers: {
      'x-api-key': key,
      'x-portkey-provider': 'anthropic',
      'x-portkey-custom-host': `${upstreamUrl}/v1`,
    },
    async start() {
      const port = await freePorts(1);
      const script = join(found.folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
      const env = { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' };
      return startProgram(0, port, [script, '--headless', `--port=${port}`], env);
    },
    remove: found.remove,
  };
}

/** Claude Code Router, which reads where to go from a file in its user's folder. */
function codeRouter({ upstreamUrl, key, token, models }: PeerTask): Peer | undefined {
  const found = installed('claude-code-router', {
    dependencies: { '@musistudio/claude-code-router': '2.0.0' },
  });
  if (!found) return undefined;
  return {
    system: 'claude-code-router',
    headers: { 'x-api-key': token },
    async start() {
      const port = await freePorts(1);
      const settings = join(found.folder, '.claude-code-router');
      mkdirSync(settings);
      const provider = {
        name: 'claude',
        api_base_url: `${upstreamUrl}/v1/messages`,
        api_key: key,
        models,
        transformer: { use: ['Anthropic'] },
      };
      const config = {
        ...{ PORT: port, HOST: '127.0.0.1', APIKEY: token, LOG: false, NON_INTERACTIVE_MODE: true },
        Providers: [provider],
        Router: { default: `claude,${models[0]}` },
      };
      writeFileSync(join(settings, 'config.json'), JSON.stringify(config));
      const script = join(found.folder, 'node_modules/@musistudio/claude-code-router/dist/cli.js');
      return startProgram(0, port, [script, 'start'], { HOME: found.folder });
    },
    remove: found.remove,
  };
}

/** Those that can be had. */
export const peersFor = (task: PeerTask): Peer[] =>
  [portkey(task), codeRouter(task)].filter((peer) => peer !== undefined);
