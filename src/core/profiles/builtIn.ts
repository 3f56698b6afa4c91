import { coding } from './builtIn/coding.ts';
import { documentAnalyst } from './builtIn/documentAnalyst.ts';
import { storyteller } from './builtIn/storyteller.ts';
import { tutor } from './builtIn/tutor.ts';
import type { Profile } from './profile.ts';

/** Written out here, so that none of them has to be read from a file; a test compares them with `examples/profiles`. */
export const builtInProfiles: readonly Profile[] = [coding, tutor, storyteller, documentAnalyst];
