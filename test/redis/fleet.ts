/** Instances of `causeway serve` on one Redis: real processes, each with a state folder of its own as on its own machine. */
import { cp } from 'node:fs/promises';
import { type BridgeClient, connect } from '../../src/client/client.ts';
import { type Cli, openCli, type Running } from '../conformance/cli/support.ts';

export class Instance {
  readonly client: BridgeClient;
  readonly #start: () => Running;
  #running: Running | undefined;

  constructor(client: BridgeClient, start: () => Running) {
    this.client = client;
    this.#start = start;
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  /** Resolves when it serves. One that ends before, as without Redis, is started again. */
  async start(): Promise<void> {
    for (;;) {
      const running = this.#start();
      const isUp = await running.shows('Ctrl+C stops the bridge.').then(
        () => true,
        () => false,
      );
      if (!isUp) continue;
      this.#running = running;
      return;
    }
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    running?.kill('SIGKILL');
    await running?.finished;
  }
}

export interface Fleet {
  instances: Instance[];
  close(): Promise<void>;
}

/** `env` is what each of them is given. Their ports are the given one and those after it. */
export async function startFleet(count: number, port: number, env: Record<string, string>): Promise<Fleet> {
  const cli: Cli = await openCli(env);
  const token = (await cli.output(['clients', 'add', '--all-workspaces', 'script'])).trim();
  const instances: Instance[] = [];
  for (let at = 0; at < count; at++) {
    const stateDir = `${cli.stateDir}-${at}`;
    await cp(cli.stateDir, stateDir, { recursive: true });
    // Ten apart, since an instance that finds its port taken goes to one of the nine after it.
    const own = port + at * 10;
    instances.push(
      new Instance(connect({ url: `http://127.0.0.1:${own}`, token }), () =>
        cli.start(['serve', '--port', String(own), '--workspace', 'team', '--grounding', 'off'], {
          env: { CAUSEWAY_STATE_DIR: stateDir },
        }),
      ),
    );
  }
  await Promise.all(instances.map((instance) => instance.start()));
  return { instances, close: () => cli.close() };
}
