/** Which paths `.gitignore` files exclude, as git reads them: nested files, and those above the folder up to its repository. */
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Rules of one `.gitignore`, which hold for paths below its folder; deeper ones are asked first. */
interface Layer {
  folder: string;
  rules: Ignore;
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
    const exclude = await layerOf(path.join(repository, '.git', 'info', 'exclude'), repository);
    return new GitIgnore([...rules.#layers, ...(exclude ? [exclude] : [])]);
  }

  /** These rules and those of a folder below. */
  async within(folder: string): Promise<GitIgnore> {
    const layer = await layerOf(path.join(folder, '.gitignore'), folder);
    return layer ? new GitIgnore([layer, ...this.#layers]) : this;
  }

  ignores(file: string, isFolder: boolean): boolean {
    for (const { folder, rules } of this.#layers) {
      const relative = path.relative(folder, file).split(path.sep).join('/');
      const { ignored, unignored } = rules.test(isFolder ? `${relative}/` : relative);
      if (ignored || unignored) return ignored;
    }
    return false;
  }
}

async function layerOf(file: string, folder: string): Promise<Layer | undefined> {
  try {
    return { folder, rules: ignore().add(await readFile(file, 'utf8')) };
  } catch {
    // Most folders have none, and one that cannot be read excludes nothing.
    return undefined;
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
