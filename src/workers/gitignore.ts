/**
 * Which paths `.gitignore` files exclude, as git reads them: nested files, and those above the folder up to its
 * repository; and `.causewayignore` beside them. That one is the user's: where it speaks of a path, no `.gitignore` counts, not even
 * one of a folder further down.
 */
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
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
    const repository = repositoryOf(folder);
    for (let above = folder; repository !== undefined && above !== repository; ) {
      above = path.dirname(above);
      folders.push(above);
    }
    let rules = new GitIgnore([]);
    for (const each of folders.reverse()) rules = await rules.within(each);
    if (repository === undefined) return rules;
    const exclude = await layerOf(repositoryRules, repository);
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
    const layers = this.#layers;
    const said =
      sayOf(layers, file, { isFolder, ours: true }) ?? sayOf(layers, file, { isFolder, ours: false });
    return said?.ignored ? said.source : undefined;
  }
}

/** What the first of the layers says that says anything of a path. */
function sayOf(
  layers: readonly Layer[],
  file: string,
  { isFolder, ours }: { isFolder: boolean; ours: boolean },
): { ignored: boolean; source: IgnoredBy } | undefined {
  for (const { folder, rules, source } of layers) {
    if ((source === '.causewayignore') !== ours) continue;
    const relative = path.relative(folder, file).split(path.sep).join('/');
    const { ignored, unignored } = rules.test(isFolder ? `${relative}/` : relative);
    if (ignored || unignored) return { ignored, source };
  }
  return undefined;
}

/**
 * How the rule files are whose changes nobody tells who watches the folders: those above each folder, and what its
 * repository excludes. Another value says that a rule may be another.
 */
export function ruleMarks(folders: readonly string[]): string[] {
  return folders.flatMap((one) => {
    const folder = path.resolve(one);
    const repository = repositoryOf(folder);
    if (repository === undefined) return [];
    const files = [path.join(repository, repositoryRules)];
    for (let above = folder; above !== repository; ) {
      above = path.dirname(above);
      files.push(...ownRules.map((name) => path.join(above, name)));
    }
    return files.flatMap((file) => {
      try {
        const stat = statSync(file, { throwIfNoEntry: false });
        return stat ? [`${file} ${stat.size} ${stat.mtimeMs}`] : [];
      } catch {
        // One that cannot be reached cannot be read either.
        return [];
      }
    });
  });
}

const repositoryRules = '.git/info/exclude';

/** Files whose rules hold in their folder and below it. */
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

/** Asked for each question, of a few folders, so that it does not go to another thread and back for each of them. */
function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      if (lstatSync(path.join(at, '.git'), { throwIfNoEntry: false })) return at;
    } catch {
      // A folder above that is closed to us is no repository whose rules could be read.
    }
    if (path.dirname(at) === at) return undefined;
  }
}
