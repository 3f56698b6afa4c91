/** Who owns the common port: the first that binds it; the others keep a spare port and take over when it goes. */
import { Emitter, type Event } from '../base/emitter.ts';
import { CausewayError, loopbackMissing, portForbidden, portTaken, toErrorInfo } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { BridgeState } from '../protocol/bridge.ts';
import { type DiscoveryFolder, isAlive } from './discovery.ts';
import { probe } from './loopbackClient.ts';
import { bindCode, type LoopbackServer } from './nodeServer.ts';

export interface OwnershipOptions {
  basePort: number;
  spareCount: number;
  listen(port: number): Promise<LoopbackServer>;
  folder: DiscoveryFolder;
  /** Writes down where this bridge is now. */
  publish(state: BridgeState): Promise<void>;
  log: Log;
}

/** A window that waits tries the port this often, in milliseconds, with a spread so that windows do not march in step. */
const tryEveryMs = 220;
const spreadMs = 60;
/** An owner that just began may not be written down yet; after so many looks whoever keeps the port is a stranger. */
const looksBeforeForeign = 4;
const triesBetweenLooks = 8;
/** The system hands out another port each time. */
const anyPortTries = 10;

export class Ownership {
  readonly #options: OwnershipOptions;
  readonly #changes: Emitter<BridgeState>;
  readonly #servers = new Set<LoopbackServer>();
  #current: LoopbackServer | undefined;
  #state: BridgeState | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempt: Promise<void> = Promise.resolve();
  #ownerPid: number | undefined;
  #looks = 0;
  #tries = 0;
  #stopped = false;

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.#changes = new Emitter((error) => options.log.error('A listener of the bridge failed.', error));
  }

  get onDidChange(): Event<BridgeState> {
    return this.#changes.event;
  }

  /** Where this bridge is; throws before `start` is done. */
  get state(): BridgeState {
    if (!this.#state) throw new Error('The bridge has not been started.');
    return this.#state;
  }

  /** Takes the common port, else a spare one. Throws `port_forbidden` and `loopback_missing`. */
  async start(): Promise<void> {
    const { basePort } = this.#options;
    const owned = await this.#tryListen(basePort);
    if (owned) return this.#become('owner', owned);
    await this.#become('attached', await this.#listenSpare());
    await this.#look();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#attempt;
    await Promise.all([...this.#servers].map((server) => server.close()));
    this.#servers.clear();
    this.#changes.dispose();
  }

  async #listenSpare(): Promise<LoopbackServer> {
    const { basePort, spareCount } = this.#options;
    for (let port = basePort + 1; port <= Math.min(basePort + spareCount, 65535); port++) {
      const server = await this.#tryListen(port).catch((error: unknown) => {
        // A single reserved port is no reason to give up while there are others.
        if (error instanceof CausewayError && error.code === 'port_forbidden') return undefined;
        throw error;
      });
      if (server) return server;
    }
    // More windows than spare ports: any port does, for the discovery file tells which. One that is free on the
    // first loopback address may be taken on the second, so several are tried.
    for (let tries = 0; tries < anyPortTries; tries++) {
      const server = await this.#tryListen(0);
      if (server) return server;
    }
    throw portTaken(basePort);
  }

  /** Undefined when the port is taken. */
  async #tryListen(port: number): Promise<LoopbackServer | undefined> {
    try {
      return await this.#options.listen(port);
    } catch (error) {
      switch (bindCode(error)) {
        case 'EADDRINUSE':
          return undefined;
        case 'EACCES':
          throw portForbidden(port);
        case 'EADDRNOTAVAIL':
        case 'EAFNOSUPPORT':
          throw loopbackMissing();
        default:
          throw error;
      }
    }
  }

  async #become(role: BridgeState['role'], server: LoopbackServer): Promise<void> {
    const earlier = this.#current;
    this.#current = server;
    this.#servers.add(server);
    const { port, addresses, missing } = server;
    if (role === 'owner') await this.#options.folder.reclaim(port);
    await this.#publish({ role, port, addresses, missing });
    // Streams at the spare port go on to their end; what is new comes to the common one.
    earlier?.retire();
    this.#options.log.info(`The bridge listens on ${addresses.join(' and ')}, port ${port}, as ${role}.`);
    if (missing.length > 0) this.#options.log.warn(`This system has no ${missing.join(' and ')}.`);
  }

  async #publish(state: BridgeState): Promise<void> {
    this.#state = state;
    await this.#options.publish(state);
    this.#changes.fire(state);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(
      () => {
        this.#attempt = this.#tryTakeOver()
          .catch((error: unknown) => this.#options.log.error('Taking over the port failed.', error))
          .finally(() => {
            if (this.#state?.role === 'attached') this.#schedule();
          });
      },
      tryEveryMs + Math.random() * spreadMs,
    );
    // A process that has nothing else to do need not stay for this.
    this.#timer.unref();
  }

  async #tryTakeOver(): Promise<void> {
    const server = await this.#tryListen(this.#options.basePort);
    if (server) await this.#become('owner', server);
    else if (this.#isTimeToLook()) await this.#look();
  }

  /** A known owner is trusted while its process lives; a stranger is looked at less often than the port is tried. */
  #isTimeToLook(): boolean {
    if (this.#ownerPid !== undefined) return !isAlive(this.#ownerPid);
    this.#tries++;
    return this.state.problem === undefined || this.#tries % triesBetweenLooks === 0;
  }

  /** Finds out who keeps the common port, and tells the user when it is no bridge of theirs. */
  async #look(): Promise<void> {
    const { basePort, folder } = this.#options;
    this.#ownerPid = undefined;
    for (const { bridge } of await folder.list()) {
      if (bridge.port !== basePort || !isAlive(bridge.pid)) continue;
      if ((await probe(bridge)) === 'bridge') this.#ownerPid = bridge.pid;
    }
    this.#looks = this.#ownerPid === undefined ? this.#looks + 1 : 0;
    const foreign = this.#looks >= looksBeforeForeign;
    if (foreign === (this.state.problem !== undefined)) return;
    const { problem: _, ...state } = this.state;
    if (foreign) this.#options.log.warn(`Another program keeps port ${basePort}.`);
    await this.#publish({ ...state, ...(foreign ? { problem: toErrorInfo(portTaken(basePort)) } : {}) });
  }
}
