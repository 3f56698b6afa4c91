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

/** A whole new text by its pieces, of which `code` is what the answer brings. */
interface Placed {
  before: string;
  code: string;
  after: string;
}

export function placeCode(text: string, code: string, hints: PlacementHints): string {
  const placed = place(text, code, hints, code);
  return placed.before + placed.code + placed.after;
}

/**
 * As `placeCode`, with code in which something is masked. What was masked is put back where the code has its place
 * already: a value of several lines has the indentation of the file, and that of the answer is another. `restored` puts
 * it back; throws what that throws.
 */
export async function placeMasked(
  text: string,
  code: string,
  hints: PlacementHints,
  restored: (code: string) => Promise<string>,
): Promise<string> {
  const placed = place(text, code, hints, await restored(code));
  return placed.before + (await restored(placed.code)) + placed.after;
}

/** `known` is the code as the file has it, by which it is told whether it repeats the file. */
function place(text: string, code: string, hints: PlacementHints, known: string): Placed {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r?\n/);
  const added = code.replace(/\r?\n$/, '').split(/\r?\n/);
  const range = hints.selection ?? declared(added, hints.symbols ?? []);
  if (range) {
    const indent = indentOf(lines.slice(range.startLine - 1, range.endLine));
    return replaced(lines, range, indented(added, indent), eol);
  }
  if (text.trim() === '' || repeats(lines, known.split(/\r?\n/))) {
    return { before: '', code: added.join(eol), after: lines.at(-1) === '' ? eol : '' };
  }
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const at = Math.min(hints.cursorLine ?? end, lines.length);
  const indent = indentOf(lines.slice(at - 1, at));
  return replaced(lines, { startLine: at + 1, endLine: at }, indented(added, indent), eol);
}

/** A range that ends before it starts is a place between two lines. */
function replaced(
  lines: readonly string[],
  { startLine, endLine }: LineRange,
  added: readonly string[],
  eol: string,
): Placed {
  const before = lines.slice(0, startLine - 1).map((line) => line + eol);
  const after = lines.slice(endLine).map((line) => eol + line);
  return { before: before.join(''), code: added.join(eol), after: after.join('') };
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
