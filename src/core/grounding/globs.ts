/** Patterns of `files.exclude` and `search.exclude`, as VS Code reads them. Pure. */

/** One pattern that is switched on. With `sibling` it holds only beside such a file; `$(basename)` is the name without its last ending. */
export interface ExcludeGlob {
  pattern: string;
  sibling?: string;
}

export interface Exclude {
  /** The setting it comes from. */
  setting: 'files.exclude' | 'search.exclude';
  globs: readonly ExcludeGlob[];
  /** The workspace folder in which it holds, as an absolute path; in all of them where absent. */
  below?: string;
}

/** Which setting hides a file or folder. `path` is relative to its workspace folder, with forward slashes. */
export function excluder(
  excludes: readonly Exclude[],
): (path: string, hasSibling: (name: string) => boolean) => Exclude['setting'] | undefined {
  const rules = excludes.flatMap(({ setting, globs }) =>
    globs.map(({ pattern, sibling }) => ({ setting, sibling, matches: globPattern(pattern) })),
  );
  return (path, hasSibling) =>
    rules.find(
      ({ matches, sibling }) =>
        matches.test(path) && (sibling === undefined || hasSibling(siblingName(sibling, path))),
    )?.setting;
}

function siblingName(sibling: string, path: string): string {
  const name = path.split('/').at(-1) ?? '';
  return sibling.replaceAll('$(basename)', name.replace(/(?<=.)\.[^.]*$/, ''));
}

/**
 * Source: the documentation of glob patterns of VS Code. `*` and `?` stay within a part of a path, `**` goes over any
 * number of parts, `{a,b}` is one of several, `[a-z]` a character. A pattern without a slash stands at the top.
 */
export function globPattern(pattern: string): RegExp {
  let source = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at);
    const character = pattern.charAt(at);
    const set = /^\[(!|\^)?([^\]/]+)\]/.exec(rest);
    if (rest.startsWith('**/')) {
      source += '(?:[^/]+/)*';
      at += 2;
    } else if (rest.startsWith('**')) {
      source += '.*';
      at += 1;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (set) {
      source += `[${set[1] ? '^/' : ''}${(set[2] ?? '').replace(/[\\\]^]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (character === '{' && rest.includes('}')) {
      source += '(?:';
      depth++;
    } else if (character === '}' && depth > 0) {
      source += ')';
      depth--;
    } else if (character === ',' && depth > 0) source += '|';
    else source += character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  }
  // Braces that are not closed are part of a name, and a pattern that nobody can read hides nothing.
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^(?!)/;
  }
}
