/** Portkey's gateway, the most used one on Node, as npm has it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const version = '1.15.2';
/** Without these its streams all fail on the Nodes of today. */
const overrides = { '@hono/node-server': '1.13.8', hono: '4.9.7' };

export interface Installed {
  script: string;
  version: string;
  remove(): void;
}

/** Installs it into a folder of its own; undefined, with a word why, when it cannot be had. */
export function installPortkey(): Installed | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-portkey-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { '@portkey-ai/gateway': version }, overrides }),
  );
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', timeout: 240_000 });
  if (status !== 0) {
    console.error(
      `Portkey could not be installed, so it is not measured: ${stderr.trim().split('\n')[0] ?? ''}`,
    );
    remove();
    return undefined;
  }
  return { script: join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js'), version, remove };
}
