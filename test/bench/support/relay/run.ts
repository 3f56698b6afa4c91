/** Starts upstream and relays, measures them, and ends them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repeats, type Table } from '../table.ts';
import { startCauseway } from './causeway.ts';
import { measureRelays, type System, whyInvalid } from './measure.ts';
import { model, pacedModel } from './messages.ts';
import { type Peer, peersFor } from './peers.ts';
import { type Running, startScript } from './servers.ts';

const key = 'sk-upstream';
const path = '/v1/messages';

export async function relayTables(): Promise<Table[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'causeway-relay-'));
  const peers: Peer[] = [];
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
    const models = [model, pacedModel];
    peers.push(...peersFor({ upstreamUrl, key, token, models }));
    for (const { system, headers, start: startPeer } of peers)
      systems.push({ system, server: await start(startPeer()), path, headers });
    const tables = await measureRelays(systems, repeats(3));
    const invalid = whyInvalid(tables);
    if (invalid !== undefined) {
      console.error(invalid);
      process.exitCode = 1;
    }
    return tables;
  } finally {
    await Promise.all(started.map((one) => one.close()));
    for (const peer of peers) peer.remove();
    rmSync(scratch, { recursive: true, force: true });
  }
}
