/**
 * A bridge that programs on other machines reach, one of many instances over one store. It has no start token, writes no
 * discovery file and passes nothing on to windows: clients alone come in, and any instance answers any of them.
 */
import { addressMissing, portForbidden, portTaken } from '../core/errors.ts';
import { type BridgeAppDeps, createBridgeApp } from './app.ts';
import {
  bindCode,
  listenNetwork,
  type NetworkServer,
  networkServerLimits,
  type ServerLimits,
  type TlsPair,
} from './nodeServer.ts';

export interface NetworkPlace {
  /** An IP address of this machine, or 0.0.0.0 or :: for all of them. */
  address: string;
  port: number;
  /** Absent where a proxy in front ends TLS, and on the loopback. */
  tls?: TlsPair | undefined;
  /** Values of the Host header that pass, in lower case. */
  hosts: ReadonlySet<string>;
}

export interface NetworkBridgeOptions
  extends Omit<BridgeAppDeps, 'ownerToken' | 'hosts' | 'others' | 'asking'> {
  place: NetworkPlace;
  server?: Partial<ServerLimits>;
}

export interface NetworkBridge {
  port: number;
  /** Such as `https://0.0.0.0:61900`. */
  address: string;
  /** From now on new connections see this certificate. */
  renew(tls: TlsPair): void;
  /** Ends open streams and closes all sockets. */
  stop(): Promise<void>;
}

/** Throws `port_taken`, `port_forbidden` and `address_missing`; then nothing listens. */
export async function startNetworkBridge(options: NetworkBridgeOptions): Promise<NetworkBridge> {
  const { place, log, server: changed, ...deps } = options;
  const app = createBridgeApp({
    ...deps,
    log,
    hosts: place.hosts,
    others: {
      list: async () => [],
      pass: () => Promise.reject(new Error('A bridge of the network knows no other windows.')),
    },
  });
  const server = await listenNetwork(place, app, { ...networkServerLimits, ...changed }, log).catch(
    (error: unknown): NetworkServer => {
      app.dispose();
      throw refusalOf(error, place);
    },
  );
  const host = place.address.includes(':') ? `[${place.address}]` : place.address;
  return {
    port: server.port,
    address: `${place.tls ? 'https' : 'http'}://${host}:${server.port}`,
    renew: server.renew,
    async stop() {
      await server.close();
      app.dispose();
    },
  };
}

function refusalOf(error: unknown, { address, port }: NetworkPlace): unknown {
  switch (bindCode(error)) {
    case 'EADDRINUSE':
      return portTaken(port);
    case 'EACCES':
      return portForbidden(port);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return addressMissing(address);
    default:
      return error;
  }
}
