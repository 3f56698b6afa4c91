/** All profiles there are: those that come with Causeway, the user's, and the workspace's. */
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { ProfileChoice } from '../../protocol/memory.ts';
import * as errors from '../errors.ts';
import type { Log, ProfileFile, ProfileFiles } from '../ports.ts';
import { coding } from './builtIn/coding.ts';
import { builtInProfiles } from './builtIn.ts';
import { parseProfile } from './parseProfile.ts';
import { type Profile, profileKey } from './profile.ts';
import { withinLimits } from './workspaceLimits.ts';

interface Read {
  profiles: ReadonlyMap<string, Profile>;
  problems: ErrorInfo[];
}

export class Profiles {
  readonly #files: ProfileFiles;
  readonly #log: Log;
  /** By the file's place; a file is parsed anew only when its text is another. */
  readonly #parsed = new Map<string, { text: string; result: Promise<Profile | errors.CausewayError> }>();
  readonly #told = new Set<string>();

  constructor(files: ProfileFiles, log: Log) {
    this.#files = files;
    this.#log = log;
  }

  /** In the order in which they are offered: those of Causeway, the user's, the workspace's. Never rejects. */
  async list(): Promise<ProfileChoice[]> {
    const { profiles } = await this.#read();
    const rank = { built_in: 0, user: 1, workspace: 2 };
    return [...profiles.values()]
      .map(({ name, description, source }) => ({ name, description, source }))
      .sort((a, b) => rank[a.source] - rank[b.source]);
  }

  /** Undefined when there is none of that name now. Never rejects. */
  async get(name: string): Promise<Profile | undefined> {
    return (await this.#read()).profiles.get(profileKey(name));
  }

  /** The first of the names that there is, else the coding assistant; a name that is gone must not stop a session. */
  async resolve(names: readonly (string | undefined)[]): Promise<Profile> {
    const { profiles } = await this.#read();
    for (const name of names) {
      const found = name === undefined ? undefined : profiles.get(profileKey(name));
      if (found) return found;
    }
    return coding;
  }

  /** Throws `profile_not_found`, naming those there are. */
  async need(name: string): Promise<Profile> {
    const { profiles } = await this.#read();
    const found = profiles.get(profileKey(name));
    if (!found)
      throw errors.profileNotFound(
        name,
        [...profiles.values()].map((one) => one.name),
      );
    return found;
  }

  /** Files that are not used, or not as they say, each with the reason. */
  async problems(): Promise<ErrorInfo[]> {
    return (await this.#read()).problems;
  }

  async #read(): Promise<Read> {
    const files = await this.#files.read().catch((error: unknown) => {
      this.#log.error('The profile files could not be read.', error);
      return [];
    });
    const profiles = new Map<string, Profile>(builtInProfiles.map((one) => [profileKey(one.name), one]));
    const problems: errors.CausewayError[] = [];
    const parsed = await Promise.all(files.map((file) => this.#parse(file)));
    // The user's come first, whatever the order of the files: a name they know keeps its meaning.
    for (const source of ['user', 'workspace'] as const) {
      for (const one of parsed) {
        if (one instanceof errors.CausewayError) continue;
        if (one.source !== source) continue;
        const taken = profiles.get(profileKey(one.name));
        if (taken && source === 'workspace') problems.push(errors.profileShadowed(one.name, taken.source));
        else if (taken?.source === 'user') problems.push(errors.profileDoubled(one.name));
        else {
          const { profile, left } = withinLimits(one);
          if (left.length > 0) problems.push(errors.profileLimited(one.name, left));
          profiles.set(profileKey(one.name), profile);
        }
      }
    }
    problems.unshift(...parsed.filter((one) => one instanceof errors.CausewayError));
    for (const { message } of problems) this.#tell(message);
    return { profiles, problems: problems.map(errors.toErrorInfo) };
  }

  #parse(file: ProfileFile): Promise<Profile | errors.CausewayError> {
    const place = `${file.source}/${file.name}`;
    const before = this.#parsed.get(place);
    if (before?.text === file.text) return before.result;
    const result = parseProfile(file).catch((error: unknown) => {
      if (error instanceof errors.CausewayError) return error;
      this.#log.error(`The profile ${file.name} failed in an unexpected way.`, error);
      return errors.unexpected(error);
    });
    this.#parsed.set(place, { text: file.text, result });
    return result;
  }

  /** Once for each problem: profiles are read with every turn. */
  #tell(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.#log.warn(message);
  }
}
