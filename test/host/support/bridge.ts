/** The bridge of this window, and the sessions behind it as a script sees them. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { BridgeClient, SessionDetail } from '../../../src/client/client.ts';
import { connectToFolder, readDiscoveries } from '../../../src/client/discovery.ts';
import type { Discovery } from '../../../src/protocol/bridge.ts';
import { until } from '../../support/vscode/until.ts';
import { folder, set } from './window.ts';

export const stateFolder = (): string => {
  const { CAUSEWAY_STATE_DIR: path } = process.env;
  assert.ok(path, 'The suites have a state folder of their own.');
  return path;
};

/** A port that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const running = (): Promise<Discovery[]> => readDiscoveries(stateFolder());

export async function startBridge(): Promise<{ client: BridgeClient; bridge: Discovery }> {
  await set('bridge.port', await freePort());
  await set('bridge.enabled', true);
  return connected();
}

/** The client of the running bridge, as soon as there is one. */
export async function connected(): Promise<{ client: BridgeClient; bridge: Discovery }> {
  const client = await until('the bridge', () =>
    connectToFolder({ stateDir: stateFolder(), folder: folder().fsPath }),
  );
  const [bridge] = await running();
  assert.ok(bridge);
  return { client, bridge };
}

export async function stopBridge(): Promise<void> {
  await set('bridge.enabled', undefined);
  await set('bridge.port', undefined);
  await until('the bridge to stop', async () => (await running()).length === 0);
}

/** The session that was changed last, with its entries. */
export async function lastSession(client: BridgeClient): Promise<SessionDetail> {
  const { sessions } = await client.sessions.list({ limit: 1 });
  assert.ok(sessions[0], 'There is no session.');
  return client.sessions.get(sessions[0].id);
}
