/** What `files.exclude` and `search.exclude` of the folders' own settings hide, for programs other than the editor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Exclude } from './core/grounding/globs.ts';

const globs = z
  .record(z.string(), z.union([z.boolean(), z.object({ when: z.string() })]).catch(false))
  .catch({});
const settings = z.object({ 'files.exclude': globs, 'search.exclude': globs }).partial();

/** Read anew with each call; a folder without settings, or with such as cannot be read, hides nothing. */
export const workspaceExcludes = (roots: readonly string[]): Exclude[] =>
  roots.flatMap((below) => {
    const set = settingsIn(below);
    return (['files.exclude', 'search.exclude'] as const).map((setting) => ({
      setting,
      below,
      globs: Object.entries(set[setting] ?? {}).flatMap(([pattern, value]) => {
        if (value === false) return [];
        return [value === true ? { pattern } : { pattern, sibling: value.when }];
      }),
    }));
  });

function settingsIn(root: string): z.infer<typeof settings> {
  try {
    const text = readFileSync(join(root, '.vscode', 'settings.json'), 'utf8');
    return settings.parse(JSON.parse(plainJson(text)));
  } catch {
    return {};
  }
}

/** Without the comments and the last commas that settings may have. */
const plainJson = (text: string): string =>
  text
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, '$1');
