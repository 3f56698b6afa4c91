/** What a profile that came with a repository may not decide. Pure. */
import { type GroundingMode, groundingModes } from '../../protocol/entries.ts';
import { readOnlyTools } from '../tools/names.ts';
import type { Profile } from './profile.ts';

/**
 * The profile as it may be used, and the fields that were left out, in words. Which model answers, and with what
 * address and key, is the user's to choose, because it costs their money and says where the text goes; a tool that
 * changes something is given by the user alone. An address cannot be named in any profile.
 */
export function withinLimits(profile: Profile): { profile: Profile; left: string[] } {
  if (profile.source !== 'workspace') return { profile, left: [] };
  const { model, tools = readOnlyTools, ...rest } = profile;
  const allowed = tools.filter((tool) => readOnlyTools.includes(tool));
  const refused = tools.filter((tool) => !readOnlyTools.includes(tool));
  return {
    profile: { ...rest, tools: allowed },
    left: [...(model === undefined ? [] : [`model: ${model}`]), ...refused.map((tool) => `tools: ${tool}`)],
  };
}

/** How far recall may look: a profile of the user's own decides, every other one can only narrow what is set. */
export const recallScope = (
  { source, recall }: Pick<Profile, 'source' | 'recall'>,
  set: 'off' | 'session' | 'workspace',
): 'off' | 'session' | 'workspace' => narrowed(source, recall, set, ['off', 'session', 'workspace']);

/**
 * The profile for a turn that a program sent: it recalls nothing of other sessions, which may be another program's.
 */
export function withinSession(profile: Profile, set: 'off' | 'session' | 'workspace'): Profile {
  return recallScope(profile, set) === 'workspace' ? { ...profile, recall: 'session' } : profile;
}

/** What a turn may be grounded in, by the same rule: a repository does not open files that the user keeps closed. */
export const groundingScope = (
  { source, grounding }: Pick<Profile, 'source' | 'grounding'>,
  set: GroundingMode,
): GroundingMode => narrowed(source, grounding, set, groundingModes);

/** `widths` from the narrowest to the widest. */
function narrowed<T>(source: Profile['source'], wanted: T | undefined, set: T, widths: readonly T[]): T {
  if (wanted === undefined) return set;
  return source === 'user' || widths.indexOf(wanted) < widths.indexOf(set) ? wanted : set;
}
