/**
 * Prompts as files: `*.prompt.md` in the user's folder, and in `.causeway/prompts` and `.github/prompts` of a workspace
 * that is trusted.
 */
import { join } from 'node:path';
import type { Log, PromptFile, PromptFiles } from './core/ports.ts';
import { readMarkdownFolder, warnOnce } from './markdownFolder.ts';
import type { FilePlaces } from './profileFilesOnDisk.ts';

const ofWorkspace = { workspace: '.causeway/prompts', github: '.github/prompts' } as const;

/** Links within the user's folder are followed, since the user made them; those of a workspace only within its folder. */
export function promptFilesOnDisk(places: FilePlaces, log: Log): PromptFiles {
  const warn = warnOnce((message) => log.warn(message));
  const read = async (place: PromptFile['place'], path: string, within?: string) => {
    const shown = place === 'user' ? 'your own folder' : ofWorkspace[place];
    const files = await readMarkdownFolder(
      { path, what: 'prompt', shown, ending: '.prompt.md', within },
      warn,
    );
    return files.map((file) => ({ ...file, place }));
  };
  return {
    async read() {
      const own = await read('user', places.userFolder);
      if (!places.isTrusted()) return own;
      const ofRoots = await Promise.all(
        places
          .roots()
          .flatMap((root) => [
            read('workspace', join(root, ofWorkspace.workspace), root),
            read('github', join(root, ofWorkspace.github), root),
          ]),
      );
      return [...own, ...ofRoots.flat()];
    },
  };
}
