/** Starts upstream and relays, measures them, and ends them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../../conformance/bridge/support.ts';
import { repeats, type Table } from '../table.ts';
import { startCauseway } from './causeway.ts';
import { measureRelays, type System, whyInvalid } from './measure.ts';
import { installPortkey } from './portkey.ts';
import { type Running, startProgram, startScript } from './servers.ts';

const key = 'sk-upstream';
const path = '/v1/messages';

export async function relayTables(): Promise<Table[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'causeway-relay-'));
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
    const causeway = await startCauseway(scratch, { url: upstreamUrl, key });
    started.push(causeway.server);
    const { token } = causeway;
    const bare = await start(
      startScript(0, new URL('./bareRelay.ts', import.meta.url), String(upstream.port), token),
    );
    const client = { path, headers: { 'x-api-key': token } };
    const systems: System[] = [
      { system: 'direct', server: upstream, ...client },
      { system: 'bare-relay', server: bare, ...client },
      { system: 'causeway-relay', server: causeway.server, ...client },
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
    rmSync(scratch, { recursive: true, force: true });
  }
}
