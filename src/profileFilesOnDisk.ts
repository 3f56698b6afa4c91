/** Profiles as files: `*.md` in the user's folder, and in `.causeway/profiles` of a workspace that is trusted. */
import { join } from 'node:path';
import type { Log, ProfileFiles } from './core/ports.ts';
import { readMarkdownFolder, warnOnce } from './markdownFolder.ts';

export interface FilePlaces {
  /** The user's own folder; it need not be there. */
  userFolder: string;
  /** Folders of the workspace, read anew each time. */
  roots(): readonly string[];
  isTrusted(): boolean;
}

/** Links within the user's folder are followed, since the user made them; those of a workspace only within its folder. */
export function profileFilesOnDisk(places: FilePlaces, log: Log): ProfileFiles {
  const warn = warnOnce((message) => log.warn(message));
  const read = async (source: 'user' | 'workspace', path: string, within?: string) => {
    const shown = source === 'user' ? 'your own folder' : '.causeway/profiles';
    const files = await readMarkdownFolder({ path, what: 'profile', shown, ending: '.md', within }, warn);
    return files.map((file) => ({ ...file, source }));
  };
  return {
    async read() {
      const own = await read('user', places.userFolder);
      if (!places.isTrusted()) return own;
      const ofRoots = await Promise.all(
        places.roots().map((root) => read('workspace', join(root, '.causeway', 'profiles'), root)),
      );
      return [...own, ...ofRoots.flat()];
    },
  };
}
