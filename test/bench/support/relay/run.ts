/** Starts upstream and relays, measures them, and ends them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openUserDatabase } from '../../../../src/store/user/openUserDatabase.ts';
import type { BridgeProcessOptions } from '../../../conformance/bridge/bridgeProcess.ts';
import { freePorts } from '../../../conformance/bridge/support.ts';
import { workerUrl } from '../../../support/core.ts';
import { repeats, type Table } from '../table.ts';
import { measureRelays, type System, whyInvalid } from './measure.ts';
import { installPortkey } from './portkey.ts';
import { type Running, startProgram, startScript } from './servers.ts';

const key = 'sk-upstream';
const path = '/v1/messages';

/** A client's token, as a script has one: the path that costs more than the command line's own. */
async function clientToken(stateDir: string): Promise<string> {
  const users = openUserDatabase({ file: join(stateDir, 'user.db'), workerUrl: workerUrl('user') });
  try {
    return (await users.clients.add({ name: 'bench', scopes: ['models'] })).token;
  } finally {
    await users.close();
  }
}

export async function relayTables(): Promise<Table[]> {
  const stateDir = mkdtempSync(join(tmpdir(), 'causeway-relay-'));
  const portkey = installPortkey();
  const started: Running[] = [];
  const start = async (one: Promise<Running>): Promise<Running> => {
    const server = await one;
    started.push(server);
    return server;
  };
  try {
    const upstream = await start(startScript(1, new URL('./fastUpstream.ts', import.meta.url)));
    const upstreamUrl = `http://127.0.0.1:${upstream.port}`;
    const token = await clientToken(stateDir);
    const options: BridgeProcessOptions = {
      stateDir,
      port: await freePorts(),
      workspaceId: '11111111-1111-4111-8111-111111111111',
      folder: stateDir,
      fake: { url: upstreamUrl, key },
    };
    const bare = await start(
      startScript(0, new URL('./bareRelay.ts', import.meta.url), String(upstream.port), token),
    );
    const bridgeScript = new URL('../../../conformance/bridge/bridgeProcess.ts', import.meta.url);
    const bridge = await start(startScript(0, bridgeScript, JSON.stringify(options)));
    const client = { path, headers: { 'x-api-key': token } };
    const systems: System[] = [
      { system: 'direct', server: upstream, ...client },
      { system: 'bare-relay', server: bare, ...client },
      { system: 'causeway-relay', server: bridge, ...client },
    ];
    if (portkey) {
      const port = await freePorts(1);
      const env = { NODE_ENV: 'production', TRUSTED_CUSTOM_HOSTS: '127.0.0.1,localhost' };
      const server = await start(
        startProgram(0, port, [portkey.script, '--headless', `--port=${port}`], env),
      );
      const headers = {
        'x-api-key': key,
        'x-portkey-provider': 'anthropic',
        'x-portkey-custom-host': `${upstreamUrl}/v1`,
      };
      systems.push({ system: 'portkey', server, path, headers });
    }
    const tables = await measureRelays(systems, repeats(3));
    const invalid = whyInvalid(tables);
    if (invalid !== undefined) {
      console.error(invalid);
      process.exitCode = 1;
    }
    return tables;
  } finally {
    await Promise.all(started.map((one) => one.close()));
    portkey?.remove();
    rmSync(stateDir, { recursive: true, force: true });
  }
}
