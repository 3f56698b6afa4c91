/** What a prompt that came with a repository may not decide: the same as a profile of it. Pure. */
import type { GroundingMode } from '../../protocol/entries.ts';
import type { Profile } from '../profiles/profile.ts';
import { groundingScope } from '../profiles/workspaceLimits.ts';
import type { Prompt } from './template.ts';

/** What the user has chosen, against which a workspace's prompts are held. */
export interface UserChoices {
  /** What inputs are grounded in that say nothing of it. */
  grounding(): GroundingMode;
  /** Undefined when there is none of that name now. */
  profile(name: string): Promise<Pick<Profile, 'source'> | undefined>;
}

/** Where nobody says what the user has chosen, a workspace's prompts choose nothing. */
export const nothingChosen: UserChoices = { grounding: () => 'off', profile: async () => undefined };

/**
 * The prompt as it may be used, and the fields that were left out, in words. Which model answers is the user's to choose,
 * and so are the profiles that they wrote themselves, which choose one. Grounding can be narrowed, not widened.
 */
export async function withinLimits(
  prompt: Prompt,
  user: UserChoices,
): Promise<{ prompt: Prompt; left: string[] }> {
  if (prompt.source !== 'workspace') return { prompt, left: [] };
  const { model, profile, grounding, ...rest } = prompt;
  const isUsers = profile !== undefined && (await user.profile(profile))?.source === 'user';
  const isWider = grounding !== undefined && groundingScope(prompt, user.grounding()) !== grounding;
  return {
    prompt: {
      ...rest,
      ...(profile === undefined || isUsers ? {} : { profile }),
      ...(grounding === undefined || isWider ? {} : { grounding }),
    },
    left: [
      ...(model === undefined ? [] : [`model: ${model}`]),
      ...(isUsers ? [`profile: ${profile}`] : []),
      ...(isWider ? [`grounding: ${grounding}`] : []),
    ],
  };
}
