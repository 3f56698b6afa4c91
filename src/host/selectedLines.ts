/** What is selected, in whole lines. Pure. */

interface Lines {
  lineAt(line: number): { text: string };
  /** As `vscode.EndOfLine`: 1 is LF, 2 is CRLF. */
  eol: number;
}

interface Selected {
  start: { line: number };
  end: { line: number; character: number };
}

/**
 * Lines count from 1. A selection that ends before the first character of a line does not hold that line. The whole
 * lines go, since a value without the name beside it is not known as a secret, and can be found again in the file.
 */
export function selectedLines(
  document: Lines,
  { start, end }: Selected,
): { startLine: number; endLine: number; text: string } {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  const lines = Array.from(
    { length: last - start.line + 1 },
    (_, index) => document.lineAt(start.line + index).text,
  );
  return {
    startLine: start.line + 1,
    endLine: last + 1,
    text: lines.join(document.eol === 2 ? '\r\n' : '\n'),
  };
}
