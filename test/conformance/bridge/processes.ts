/** Bridges in processes of their own, and programs that are no bridge. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createInterface } from 'node:readline';
import { Emitter } from '../../../src/base/emitter.ts';
import type { BridgeState } from '../../../src/protocol/bridge.ts';
import { type Holdings, holdingsArgs, holdingsOf } from '../../support/holdings.ts';
import type { BridgeProcessOptions } from './bridgeProcess.ts';

export interface BridgeProcess {
  pid: number;
  workspaceId: string;
  folder: string;
  state: BridgeState;
  /** Resolves with the first state that fits, now or later, and the time it was told. */
  until(fits: (state: BridgeState) => boolean): Promise<BridgeState>;
  /** What it holds, without its garbage. */
  holdings(): Promise<Holdings>;
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

export async function startBridgeProcess(options: BridgeProcessOptions): Promise<BridgeProcess> {
  const script = new URL('./bridgeProcess.ts', import.meta.url).pathname;
  const child: ChildProcess = spawn(process.execPath, [...holdingsArgs, script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const states = new Emitter<BridgeState>();
  const exited = once(child, 'exit');
  if (!child.stdout || child.pid === undefined) throw new Error('The process did not start.');
  createInterface({ input: child.stdout }).on('line', (line) => states.fire(JSON.parse(line)));
  const found: { state?: BridgeState } = {};
  states.event((state) => {
    found.state = state;
  });
  const until: BridgeProcess['until'] = (fits) =>
    new Promise((resolve, reject) => {
      if (found.state && fits(found.state)) return resolve(found.state);
      const subscription = states.event((state) => {
        if (!fits(state)) return;
        subscription.dispose();
        resolve(state);
      });
      void exited.then(() => reject(new Error('The bridge process ended.')));
    });
  await until(() => true);
  return {
    pid: child.pid,
    workspaceId: options.workspaceId,
    folder: options.folder,
    get state() {
      if (!found.state) throw new Error('No state yet.');
      return found.state;
    },
    until,
    holdings: () => holdingsOf(child),
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await exited;
    },
  };
}

/** Another program that sits on a port, keeps what it is sent, and says it is all well. */
export interface ForeignProgram {
  heads: string[];
  close(): Promise<void>;
}

export async function startForeignProgram(port: number, answer: unknown): Promise<ForeignProgram> {
  const heads: string[] = [];
  const server: Server = createServer((request, response) => {
    heads.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    heads,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
