/** Who else in the editor uses the bridge: a client of its own, for as long as the bridge runs. */
import type { Event } from '../base/emitter.ts';
import type { Log } from '../core/ports.ts';
import type { ClientRegister } from '../core/register.ts';
import type { BridgeState } from '../protocol/bridge.ts';
import type { OfferedServer } from './mcpProvider.ts';

interface Registered {
  readonly resolved: { readonly workspace: { readonly id: string } };
  readonly user: { readonly clients: ClientRegister };
}

export interface McpOfferParts {
  bridge: { readonly state: BridgeState | undefined; readonly onDidChange: Event<BridgeState | undefined> };
  /** The core that is open now. */
  core(): Registered | undefined;
  offer(server: OfferedServer | undefined): void;
  /** Where the id of the client is kept, so that one whose window crashed is revoked by the next. */
  memory: { get(): string | undefined; set(id: string | undefined): Promise<void> };
  /** As the list of clients shows it. */
  clientName: string;
  log: Log;
}

/** The token is in memory alone; it is revoked when the bridge stops, moves, or the window closes. */
export class McpOffer {
  readonly #parts: McpOfferParts;
  readonly #subscription: { dispose(): void };
  #port: number | undefined;
  /** Making and revoking follow each other. */
  #step: Promise<unknown> = Promise.resolve();
  #letIn: { id: string; token: string } | undefined;

  constructor(parts: McpOfferParts) {
    this.#parts = parts;
    this.#subscription = parts.bridge.onDidChange((state) => this.#follow(state));
    this.#follow(parts.bridge.state);
  }

  /** Is over before the core closes, which has the register. */
  async close(): Promise<void> {
    this.#subscription.dispose();
    this.#follow(undefined);
    await this.#step;
  }

  #follow(state: BridgeState | undefined): void {
    if (state?.port === this.#port) return;
    this.#port = state?.port;
    void this.#next(() => this.#revoke());
    this.#parts.offer(state && this.#serverAt(urlOf(state.port)));
  }

  #serverAt(url: string): OfferedServer {
    return { url, headers: () => this.#next(() => this.#headers(url)) };
  }

  #next<T>(step: () => Promise<T>): Promise<T | undefined> {
    const done = this.#step.then(step).catch((error: unknown) => {
      this.#parts.log.error('The MCP server of the window has no client.', error);
      return undefined;
    });
    this.#step = done;
    return done;
  }

  async #headers(url: string): Promise<Record<string, string> | undefined> {
    const core = this.#parts.core();
    if (!core || this.#port === undefined || url !== urlOf(this.#port)) return undefined;
    const { clients } = core.user;
    if (!this.#letIn) {
      await this.#revoke();
      const { client, token } = await clients.add({
        name: this.#parts.clientName,
        scopes: ['turns', 'sessions:read'],
        workspaceId: core.resolved.workspace.id,
      });
      this.#letIn = { id: client.id, token };
      await this.#parts.memory.set(client.id);
    }
    const { token } = this.#letIn;
    // Whom the user has revoked stays out until the bridge is started anew.
    return (await clients.find(token)) && { authorization: `Bearer ${token}` };
  }

  async #revoke(): Promise<void> {
    const { memory } = this.#parts;
    const id = this.#letIn?.id ?? memory.get();
    this.#letIn = undefined;
    const core = this.#parts.core();
    if (id === undefined || !core) return;
    await core.user.clients.revoke(id);
    await memory.set(undefined);
  }
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}/mcp`;
