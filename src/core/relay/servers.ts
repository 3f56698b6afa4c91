/** OpenAI-compatible servers for programs that call a model themselves, each with its own key. */
import { apiKeyRejected, noApiKey, notRelayed } from '../errors.ts';
import type { Secrets } from '../ports.ts';
import {
  type EndpointSetting,
  endpointKeyName,
  endpointsOf,
  isLoopback,
} from '../providers/openai/endpoints.ts';
import type { RelayGrant, RelayLimits } from '../relay.ts';
import { KeptSecret } from './keptSecret.ts';

/**
 * These servers send nothing while a model reads or thinks, and a local one may load the model first, so that a long
 * silence is usual; the client has a patience of its own.
 */
const serverLimits: RelayLimits = { headMs: 600_000, idleMs: 600_000 };

/** Keys that are kept at once: of as many servers as may be set, and those they were before. */
const mostKeys = 64;

/** What can stand in a header; the platform's own error about anything else would quote it. */
const sendable = /^[\x21-\x7e]+$/;

export class RelayServers {
  readonly #secrets: Secrets;
  readonly #endpoints: () => readonly EndpointSetting[];
  readonly #keys = new Map<string, KeptSecret>();

  /** `endpoints` are those that the user has set, read anew for each call. */
  constructor(secrets: Secrets, endpoints: () => readonly EndpointSetting[]) {
    this.#secrets = secrets;
    this.#endpoints = endpoints;
  }

  /** Whether it is at an address of this machine. */
  staysHere(id: string): boolean {
    const endpoint = endpointsOf(this.#endpoints()).find((one) => one.id === id);
    return endpoint !== undefined && isLoopback(endpoint.baseUrl);
  }

  /** Throws `not_relayed`, `no_api_key`, `api_key_rejected`, and what the keyring fails with. */
  async grant(id: string): Promise<RelayGrant> {
    const endpoint = endpointsOf(this.#endpoints()).find((one) => one.id === id);
    if (!endpoint) throw notRelayed(id);
    const { preset, baseUrl, name } = endpoint;
    const key = (await this.#key(endpointKeyName(endpoint), preset.keyVariable).get()) || undefined;
    if (!key && preset.key === 'needed') throw noApiKey(name);
    if (key && !sendable.test(key)) throw apiKeyRejected();
    return { baseUrl, key, limits: serverLimits };
  }

  dispose(): void {
    for (const key of this.#keys.values()) key.dispose();
    this.#keys.clear();
  }

  #key(name: string, variable: string | undefined): KeptSecret {
    const kept = this.#keys.get(name) ?? new KeptSecret(this.#secrets, name, variable);
    this.#keys.set(name, kept);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > mostKeys && oldest !== undefined) {
      this.#keys.get(oldest)?.dispose();
      this.#keys.delete(oldest);
    }
    return kept;
  }
}
