/** Who answers in a session, with which model, tools and grounding: what was asked for, else what was chosen before. */
import type { Door, GroundingMode } from '../protocol/entries.ts';
import type { CoreSettings } from './ports.ts';
import type { Profile } from './profiles/profile.ts';
import { Profiles } from './profiles/profiles.ts';
import { groundingScope, recallScope } from './profiles/workspaceLimits.ts';
import type { ModelInfo } from './providers/provider.ts';
import type { Chosen, ProviderRegistry } from './providers/registry.ts';
import { offeredTools, type ToolSources } from './tools/offered.ts';
import type { Tools } from './tools/registry.ts';

/** What every new entry has. */
interface Mark {
  id: string;
  at: number;
  door: Door;
}

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

  /**
   * The profile asked for by name, else the session's newest choice, else the setting's, else the coding assistant.
   * Throws `profile_not_found` for a name asked for; one that was chosen before and is gone is passed over.
   */
  async profile(sessionId: string | undefined, wanted?: string): Promise<Profile> {
    if (wanted !== undefined) return this.profiles.need(wanted);
    const { store, settings } = this.#sources;
    const chosen = sessionId === undefined ? [] : await store.ofKinds(sessionId, ['profile']);
    return this.profiles.resolve([chosen.at(-1)?.name, settings.profile]);
  }

  /** Has the profile answer from here on, where another one does now. */
  async keepProfile(sessionId: string, profile: Profile, mark: Mark): Promise<void> {
    if ((await this.profile(sessionId)).name === profile.name) return;
    await this.#sources.store.append(sessionId, [{ ...mark, kind: 'profile', name: profile.name }]);
  }

  /** What an input is grounded in that says nothing of it. */
  grounding(profile: Profile): GroundingMode {
    return groundingScope(profile, this.#sources.settings.grounding);
  }

  /** The same for the next input of a session, and whether its profile names it. */
  async groundingFor(sessionId: string | undefined) {
    const profile = await this.profile(sessionId);
    return {
      grounding: this.grounding(profile),
      profile: profile.name,
      isNamed: profile.grounding !== undefined,
    };
  }

  /** How far recall may look for a turn of the profile. */
  recall(profile: Profile): CoreSettings['recall'] {
    return recallScope(profile, this.#sources.settings.recall);
  }

  /** The model asked for by name, else as `keptModel`. Throws `model_not_found` for a name nobody knows. */
  async model(sessionId: string | undefined, wanted: string | undefined, profile: Profile): Promise<Chosen> {
    if (wanted !== undefined) return this.#sources.registry.choose(wanted, sessionId);
    return this.keptModel(sessionId, undefined, profile);
  }

  /** The turn's own model, else the session's, else its profile's, else the setting's. */
  async keptModel(sessionId: string | undefined, ofTurn?: string, profile?: Profile): Promise<Chosen> {
    const { registry, store, settings } = this.#sources;
    const ofSession = sessionId === undefined ? undefined : (await store.get(sessionId))?.model;
    const ofProfile = (profile ?? (await this.profile(sessionId))).model;
    const kept = [ofTurn, ofSession, ofProfile].filter((name) => name !== undefined);
    return registry.chooseKept([...kept, settings.model], sessionId);
  }

  /** The model for small jobs, where the user has set one that can be used now. */
  async smallModel(sessionId: string): Promise<Chosen | undefined> {
    const { registry, settings } = this.#sources;
    if (settings.smallModel === '') return undefined;
    const chosen = await registry.chooseKept([settings.smallModel], sessionId);
    return chosen.insteadOf === undefined ? chosen : undefined;
  }

  async tools(
    sessionId: string,
    profile: Profile,
    model: ModelInfo,
    grounding: GroundingMode,
  ): Promise<Tools> {
    const { modelNotes } = this.#sources;
    // A private session leaves nothing on disk, notes neither.
    const isPrivate = modelNotes?.() !== undefined && (await this.#sources.store.get(sessionId))?.private;
    return offeredTools(
      { ...this.#sources, ...(isPrivate ? { modelNotes: () => undefined } : {}) },
      profile,
      model,
      grounding,
    );
  }
}
