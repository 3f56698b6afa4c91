/** Starts and stops the bridge of one window or one `causeway serve`. */
import { randomBytes } from 'node:crypto';
import type { Disposable } from '../base/disposable.ts';
import type { Event } from '../base/emitter.ts';
import type { Assistant } from '../core/assistant.ts';
import type { Limiter } from '../core/limits/limiter.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Asking, AskingRegister, ClientRegister, KeyedTurns } from '../core/register.ts';
import type { CallSource, ModelRelay } from '../core/relay.ts';
import { type BridgeRole, type BridgeState, spareCount } from '../protocol/bridge.ts';
import { createBridgeApp } from './app.ts';
import type { BodyLimits } from './body.ts';
import { DiscoveryFolder, isAlive } from './discovery.ts';
import type { StreamLimits } from './eventStream.ts';
import type { OwnWorkspace } from './middleware/workspace.ts';
import { defaultServerLimits, listenLoopback, type ServerLimits } from './nodeServer.ts';
import { Ownership } from './ownership.ts';
import { validateHost, validatePort } from './port.ts';
import { Relay } from './relay.ts';

export interface BridgeOptions {
  assistant: Assistant;
  clients: ClientRegister;
  /** Absent where nobody would be shown who asks to be let in. */
  asking?: AskingRegister | undefined;
  keyedTurns: KeyedTurns;
  relay: ModelRelay;
  /** Every request to a model, of this process. */
  calls: CallSource;
  limiter: Limiter;
  workspace: OwnWorkspace;
  /** The user's state directory; discovery files are kept in `bridges` below it. */
  stateDir: string;
  /** As it is set; the common port when undefined. */
  port?: unknown;
  /** As it is set; anything but loopback is refused. */
  host?: string | undefined;
  /** Web origins that may call; none unless the user names some. */
  origins?: readonly string[];
  /** Of Causeway, as clients of MCP are told. */
  version: string;
  clock: Clock;
  log: Log;
  spareCount?: number;
  bodies?: BodyLimits;
  streams?: StreamLimits;
  /** How long the turn of a request with a key goes on when nobody waits for it, in ms. */
  graceMs?: number;
  server?: Partial<ServerLimits>;
}

export interface Bridge extends Disposable {
  readonly state: BridgeState;
  readonly role: BridgeRole;
  /** Where this bridge answers now, such as `http://127.0.0.1:61900`. */
  readonly address: string;
  /** Fires when it takes over the common port, and when another program is found there or goes. */
  readonly onDidChange: Event<BridgeState>;
  /** Fires when a program asks to be let in. */
  readonly onDidAsk: Event<Asking>;
  /** Ends open streams, closes all sockets and takes the discovery file away. */
  stop(): Promise<void>;
}

/**
 * Throws `port_invalid`, `port_out_of_range`, `port_forbidden`, `bridge_host_refused`, `folder_too_open` and
 * `loopback_missing`; then nothing listens. A common port that another program keeps is no failure but a
 * `problem` of the state, since a spare port serves as well.
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { workspace, log, clock } = options;
  const basePort = validatePort(options.port);
  validateHost(options.host);
  const folder = new DiscoveryFolder(options.stateDir);
  await folder.open();
  await folder.reclaim();
  const file = folder.newFile();
  const ownerToken = randomBytes(32).toString('base64url');
  const startedAt = clock.now();
  const relay = new Relay(log);
  const app = createBridgeApp({
    ...options,
    ownerToken,
    others: {
      list: async () =>
        (await folder.list())
          .filter((one) => one.file !== file && isAlive(one.bridge.pid))
          .map((one) => one.bridge),
      pass: (exchange, to) => relay.pass(exchange, to),
    },
  });
  const limits = { ...defaultServerLimits, ...options.server };
  const ownership = new Ownership({
    basePort,
    spareCount: options.spareCount ?? spareCount,
    listen: (port) => listenLoopback(port, app, limits, log),
    folder,
    publish: ({ role, port }) =>
      folder.write(file, {
        port,
        role,
        pid: process.pid,
        startedAt,
        workspaceId: workspace.id,
        workspaceName: workspace.name,
        folders: [...workspace.folders],
        ownerToken,
      }),
    log,
  });
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await ownership.stop();
    app.dispose();
    relay.dispose();
    await folder.remove(file);
  };
  const bridge: Bridge = {
    get state() {
      return ownership.state;
    },
    get role() {
      return ownership.state.role;
    },
    get address() {
      const { addresses, port } = ownership.state;
      return addresses.includes('127.0.0.1') ? `http://127.0.0.1:${port}` : `http://[::1]:${port}`;
    },
    onDidChange: ownership.onDidChange,
    onDidAsk: app.onDidAsk,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    dispose: () => {
      bridge.stop().catch((error: unknown) => log.error('The bridge did not stop cleanly.', error));
    },
  };
  try {
    await ownership.start();
  } catch (error) {
    await bridge.stop();
    throw error;
  }
  return bridge;
}
