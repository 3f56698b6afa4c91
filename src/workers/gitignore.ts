/**
 * Which paths `.gitignore` files exclude, as git reads them: nested files, and those above the folder up to its
 * repository; and `.causewayignore` beside them, which has the last word in its folder.
 */
import { readFileSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { IgnoredBy } from '../core/grounding/staysOut.ts';

/** Rules of one file, which hold for paths below its folder; deeper ones are asked first. */
interface Layer {
  folder: string;
  rules: Ignore;
  source: IgnoredBy;
}

export class GitIgnore {
  readonly #layers: readonly Layer[];

  private constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** The rules that hold in `folder`. Outside a repository those are the folder's own. */
  static async at(folder: string): Promise<GitIgnore> {
    const folders = [folder];
    const repository = await repositoryOf(folder);
    for (let above = folder; repository !== undefined && above !== repository; ) {
      above = path.dirname(above);
      folders.push(above);
    }
    let rules = new GitIgnore([]);
    for (const each of folders.reverse()) rules = await rules.within(each);
    if (repository === undefined) return rules;
    const exclude = await layerOf('.git/info/exclude', repository);
    return new GitIgnore([...rules.#layers, ...exclude]);
  }

  /** These rules and those of a folder below. */
  async within(folder: string): Promise<GitIgnore> {
    const own = (await Promise.all(ownRules.map((source) => layerOf(source, folder)))).flat();
    return own.length > 0 ? new GitIgnore([...own, ...this.#layers]) : this;
  }

  /** The same for a thread that may wait. `has` tells whether the folder has a file of a name, so that few are read. */
  withinSync(folder: string, has: (name: string) => boolean): GitIgnore {
    const own = ownRules.filter(has).flatMap((source) => {
      try {
        return layer(source, folder, readFileSync(path.join(folder, source), 'utf8'));
      } catch {
        return [];
      }
    });
    return own.length > 0 ? new GitIgnore([...own, ...this.#layers]) : this;
  }

  /** The kind of file that excludes a path; undefined where none does. */
  ignoredBy(file: string, isFolder: boolean): IgnoredBy | undefined {
    for (const { folder, rules, source } of this.#layers) {
      const relative = path.relative(folder, file).split(path.sep).join('/');
      const { ignored, unignored } = rules.test(isFolder ? `${relative}/` : relative);
      if (ignored) return source;
      if (unignored) return undefined;
    }
    return undefined;
  }
}

/** Files whose rules hold in their folder; the first one has the last word. */
const ownRules = ['.causewayignore', '.gitignore'] as const;

const layer = (source: IgnoredBy, folder: string, text: string): Layer[] => [
  { folder, source, rules: ignore().add(text) },
];

async function layerOf(source: IgnoredBy, folder: string): Promise<Layer[]> {
  try {
    return layer(source, folder, await readFile(path.join(folder, source), 'utf8'));
  } catch {
    // Most folders have none, and one that cannot be read excludes nothing.
    return [];
  }
}

async function repositoryOf(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = await lstat(path.join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (found) return at;
    if (path.dirname(at) === at) return undefined;
  }
}
