/** Errors of profiles, each said by the name of its file. */
import { CausewayError } from './error.ts';

type Source = 'user' | 'workspace';
const where: Record<Source, string> = { user: 'your profiles', workspace: '.causeway/profiles' };

export const profileInvalid = (file: string, source: Source, field: string, got: string, expected: string) =>
  new CausewayError(
    'profile_invalid',
    `The profile ${file} in ${where[source]} is not used: ${field}: got ${got}; expected ${expected}. The other profiles work.`,
    { status: 400 },
  );

export const profileShadowed = (name: string, by: 'built_in' | 'user' | 'workspace') =>
  new CausewayError(
    'profile_shadowed',
    `The profile “${name}” of this workspace is not used: ${
      by === 'user'
        ? 'your own profile of that name wins'
        : by === 'built_in'
          ? 'a profile that comes with Causeway has that name'
          : 'another file of the workspace has that name'
    }. A workspace cannot change what a name you know stands for. Rename the file to use both.`,
    { status: 409 },
  );

export const profileDoubled = (name: string) =>
  new CausewayError(
    'profile_doubled',
    `Two of your profiles are named “${name}”. The first by file name is used; rename the other.`,
    { status: 409 },
  );

export const profileLimited = (name: string, left: readonly string[]) =>
  new CausewayError(
    'profile_limited',
    `The profile “${name}” of this workspace is used without ${left.join(', ')}: what costs money or changes something is yours to choose. Copy the file to your own profiles to allow it.`,
    { status: 403 },
  );

export const profileNotFound = (name: string, known: readonly string[]) =>
  new CausewayError('profile_not_found', `No profile is named “${name}”. There are: ${known.join(', ')}.`, {
    status: 404,
  });
