/** Who answers in a session, with which model, tools and grounding: what was asked for, else what was chosen before. */
import type { GroundingMode } from '../protocol/entries.ts';
import type { Profile } from './profiles/profile.ts';
import { Profiles } from './profiles/profiles.ts';
import type { ModelInfo } from './providers/provider.ts';
import type { Chosen, ProviderRegistry } from './providers/registry.ts';
import { offeredTools, type ToolSources } from './tools/offered.ts';
import type { Tools } from './tools/registry.ts';

interface Sources extends ToolSources {
  registry: ProviderRegistry;
  /** Those that come with Causeway when absent. */
  profiles?: Profiles | undefined;
}

export class SessionChoices {
  readonly #sources: Sources;
  readonly profiles: Profiles;

  constructor(sources: Sources) {
    this.#sources = sources;
    this.profiles = sources.profiles ?? new Profiles({ read: async () => [] }, sources.log);
  }

  /** The session's newest choice, else the setting's, else the coding assistant. */
  async profile(sessionId: string | undefined): Promise<Profile> {
    const { store, settings } = this.#sources;
    const chosen = sessionId === undefined ? [] : await store.ofKinds(sessionId, ['profile']);
    return this.profiles.resolve([chosen.at(-1)?.name, settings.profile]);
  }

  /** What an input is grounded in that says nothing of it. */
  async grounding(sessionId: string): Promise<GroundingMode> {
    return (await this.profile(sessionId)).grounding ?? this.#sources.settings.grounding;
  }

  /** The model asked for by name, else as `keptModel`. Throws `model_not_found` for a name nobody knows. */
  async model(sessionId: string | undefined, wanted: string | undefined): Promise<Chosen> {
    return wanted === undefined ? this.keptModel(sessionId) : this.#sources.registry.choose(wanted);
  }

  /** The turn's own model, else the session's, else its profile's, else the setting's. */
  async keptModel(sessionId: string | undefined, ofTurn?: string): Promise<Chosen> {
    const { registry, store, settings } = this.#sources;
    const ofSession = sessionId === undefined ? undefined : (await store.get(sessionId))?.model;
    const ofProfile = (await this.profile(sessionId)).model;
    const kept = [ofTurn, ofSession, ofProfile].filter((name) => name !== undefined);
    return registry.chooseKept([...kept, settings.model]);
  }

  tools(profile: Profile, model: ModelInfo): Tools {
    return offeredTools(this.#sources, profile, model);
  }
}
