/** Lines of a file as a tool gives them: masked as a part of their whole file, and numbered. */
import type { ToolContext } from '../tool.ts';

/** Characters of a line that are shown; nobody writes longer ones, and the rest says little of what a file does. */
const longestLine = 500;

/**
 * Lines `startLine` to `endLine` with their numbers. The whole text is masked, since a secret may have several lines of
 * which only some are shown. Where that changes how many lines there are, the lines are masked by themselves and go
 * without numbers, which would be wrong.
 */
export async function numberedLines(
  text: string,
  { startLine, endLine }: { startLine: number; endLine: number },
  masked: ToolContext['masked'],
): Promise<string> {
  const raw = text.split('\n');
  const lines = (await masked(text)).split('\n');
  if (lines.length === raw.length)
    return lines
      .slice(startLine - 1, endLine)
      .map((line, index) => `${startLine + index}\t${shortLine(line)}`)
      .join('\n');
  return (await masked(raw.slice(startLine - 1, endLine).join('\n'))).split('\n').map(shortLine).join('\n');
}

/** What was masked already is cut, so that no half of a secret is left that would not be known as one. */
export function shortLine(line: string): string {
  const whole = line.replace(/\r$/, '');
  return whole.length <= longestLine ? whole : `${whole.slice(0, longestLine)} …`;
}
