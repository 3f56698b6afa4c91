/** Reads the imports of a source file from its text, type imports and dynamic ones too. */

export interface Import {
  /** As it is written: a relative path, `node:…`, or a package with its subpath. */
  specifier: string;
  /** Nothing of it is left when the program runs. */
  typeOnly: boolean;
  line: number;
}

export interface FileImports {
  imports: Import[];
  /** Lines with a way of importing that cannot be read, and so cannot be guarded. */
  unreadable: number[];
}

const names = String.raw`[\w$,\s]*(?:\{[\w$,\s]*\}|\*\s*as\s+[\w$]+)?`;
const patterns = {
  from: new RegExp(
    String.raw`^[ \t]*(?:import\s+(?<what>${names})|export\s+(?<again>(?:type\s+)?(?:\{[\w$,\s]*\}|\*(?:\s*as\s+[\w$]+)?)))\s*from\s*(['"])(?<name>[^'"]+)\3`,
    'gm',
  ),
  effect: /^[ \t]*import\s*(['"])(?<name>[^'"]+)\1/gm,
  /** A type such as `import('x').Y` looks the same as a call. */
  call: /(?<isType>typeof\s+)?\bimport\s*\(\s*(?:(['"`])(?<name>[^'"`$]+)\2)?/g,
};
const anyImport = /^[ \t]*import\b(?!\s*[.(:])|\bimport\s*\(|^[ \t]*export\b[^'"`;=]*\bfrom\s*['"]/gm;
/** Ways around imports. */
const backDoors = /\brequire\s*\(|\bcreateRequire\b|\bgetBuiltinModule\b|\/\/\/\s*<reference/g;

export function importsOf(source: string): FileImports {
  const text = withoutCommentLines(source);
  const imports: Import[] = [];
  const starts = new Set<number>();
  for (const match of [...text.matchAll(patterns.from), ...text.matchAll(patterns.effect)]) {
    const { what = '', again = '', name = '' } = match.groups ?? {};
    imports.push({ specifier: name, typeOnly: isTypeOnly(what || again), line: lineAt(text, match.index) });
    starts.add(lineAt(text, match.index));
  }
  for (const match of text.matchAll(patterns.call)) {
    const name = match.groups?.name;
    if (name === undefined) continue;
    const line = lineAt(text, match.index);
    imports.push({ specifier: name, typeOnly: match.groups?.isType !== undefined, line });
    starts.add(line);
  }
  const missed = [...text.matchAll(anyImport)]
    .map((match) => lineAt(text, match.index))
    .filter((line) => !starts.has(line));
  const around = [...source.matchAll(backDoors)].map((match) => lineAt(source, match.index));
  return { imports, unreadable: [...missed, ...around] };
}

/** Comments stay as empty lines, so that lines keep their numbers. */
export const withoutCommentLines = (source: string): string =>
  source
    .replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/^[ \t]*\/\/.*$/gm, '');

function isTypeOnly(clause: string): boolean {
  if (/^type\s/.test(clause)) return true;
  const inBraces = /^\{(?<inner>[^}]*)\}$/.exec(clause.trim())?.groups?.inner;
  const each = inBraces?.split(',').filter((name) => name.trim() !== '') ?? [];
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name));
}

export const lineAt = (text: string, index: number): number => {
  // A pattern that begins at a line's start may have taken in the end of the line before.
  const start = index + (/^\s*/.exec(text.slice(index))?.[0].length ?? 0);
  return text.slice(0, start).split('\n').length;
};
