/** Where code of an answer goes in a file. Pure: the result is the whole new text, which the user sees as a diff. */

/** Lines from 1, both ends included. */
export interface LineRange {
  startLine: number;
  endLine: number;
}

export interface NamedRange extends LineRange {
  name: string;
}

export interface PlacementHints {
  /** What the code was asked as a replacement for. */
  selection?: LineRange;
  /** Declarations of the file, as the language server knows them. */
  symbols?: readonly NamedRange[];
  /** Line the cursor is on, for code that replaces nothing. */
  cursorLine?: number;
}

/** From this share of its lines on, code that repeats a file is meant as the whole of it. */
const wholeFileShare = 0.5;

export function placeCode(text: string, code: string, hints: PlacementHints): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const added = code.replace(/\r?\n$/, '').split(/\r?\n/);
  const range = hints.selection ?? declared(added, hints.symbols ?? []);
  if (range) {
    const indent = indentOf(lines.slice(range.startLine - 1, range.endLine));
    return replaced(lines, range, indented(added, indent)).join(eol);
  }
  if (text.trim() === '' || repeats(lines, added)) {
    const end = lines.at(-1) === '' ? [''] : [];
    return [...added, ...end].join(eol);
  }
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const at = Math.min(hints.cursorLine ?? end, lines.length);
  const indent = indentOf(lines.slice(at - 1, at));
  return [...lines.slice(0, at), ...indented(added, indent), ...lines.slice(at)].join(eol);
}

function replaced(lines: readonly string[], range: LineRange, added: readonly string[]): string[] {
  return [...lines.slice(0, range.startLine - 1), ...added, ...lines.slice(range.endLine)];
}

const declaration =
  /^\s*(?:(?:export|default|public|private|protected|static|abstract|async|pub|override)\s+)*(?:function\*?|class|interface|type|enum|struct|trait|const|let|var|def|func|fn)\s+(?:\([^)]*\)\s*)?([A-Za-z_$][\w$]*)/;

/** The declaration of the file that the code is a new version of, when the code declares just that one. */
function declared(added: readonly string[], symbols: readonly NamedRange[]): LineRange | undefined {
  const base = indentOf(added).length;
  const names = added.flatMap((line) => {
    const [, name] = declaration.exec(line) ?? [];
    return name !== undefined && (/^\s*/.exec(line)?.[0].length ?? 0) === base ? [name] : [];
  });
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) return undefined;
  const same = symbols.filter((symbol) => symbol.name === name);
  return same.length === 1 ? same[0] : undefined;
}

function repeats(lines: readonly string[], added: readonly string[]): boolean {
  const known = new Set(added.map((line) => line.trim()));
  const said = lines.map((line) => line.trim()).filter((line) => line.length > 1);
  const kept = said.filter((line) => known.has(line)).length;
  return said.length > 0 && kept / said.length >= wholeFileShare;
}

/** White space that all lines with text begin with. */
function indentOf(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '');
  const [first = ''] = indents;
  let length = first.length;
  for (const indent of indents) {
    while (!indent.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

/** The lines moved to another indentation; models often answer without that of the place. */
function indented(lines: readonly string[], indent: string): string[] {
  const own = indentOf(lines);
  return lines.map((line) => (line.trim() === '' ? line : indent + line.slice(own.length)));
}
