import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';

export interface Connections {
  /** Something was asked on it, so that it is the last to go. */
  used(socket: Socket): void;
}

/**
 * Keeps a server's connections to a number. Where there is one too many, the one that has been idle for longest goes, so
 * that a program that opens thousands and asks nothing locks nobody out; the new one goes where all are in use.
 */
export function boundConnections(
  server: Server | TlsServer,
  most: number,
  isBusy: (socket: Socket) => boolean,
): Connections {
  /** The least recently used first. */
  const open = new Set<Socket>();
  /** Connections on which TLS is not agreed yet, by where they come from. */
  const bare = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    const from = peerOf(socket);
    bare.set(from, socket);
    socket.once('close', () => {
      open.delete(socket);
      if (bare.get(from) === socket) bare.delete(from);
    });
    if (open.size <= most) return;
    const idle = longestIdle(socket);
    open.delete(idle);
    idle.destroy();
  });
  // Requests come on the secured one, which takes the place of the other.
  server.on('secureConnection', (secured: Socket) => {
    const from = peerOf(secured);
    const socket = bare.get(from);
    bare.delete(from);
    if (!socket || !open.delete(socket)) return;
    open.add(secured);
    secured.once('close', () => open.delete(secured));
  });
  const longestIdle = (newest: Socket): Socket => {
    for (const one of open) if (!isBusy(one)) return one;
    return newest;
  };
  return {
    used(socket) {
      if (open.delete(socket)) open.add(socket);
    },
  };
}

const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
