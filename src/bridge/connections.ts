import type { Server } from 'node:http';
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
  server: Server,
  most: number,
  isBusy: (socket: Socket) => boolean,
): Connections {
  /** The least recently used first. */
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size <= most) return;
    const idle = longestIdle(socket);
    open.delete(idle);
    idle.destroy();
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
