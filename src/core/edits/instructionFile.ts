/** Adds a standing instruction to a file of instructions such as `AGENTS.md`. Pure. */

/** The file with the instruction as the last item of its list; `before` is undefined for a file that is not there. */
export function withInstruction(before: string | undefined, instruction: string): string {
  const item = `- ${instruction.trim().replace(/\s*[\r\n]+\s*/g, ' ')}`;
  const text = (before ?? '').trimEnd();
  if (text === '') return `${item}\n`;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const last = text.slice(text.lastIndexOf('\n') + 1);
  // After a list the item joins it, after anything else it begins one.
  return `${text}${/^\s*[-*+] /.test(last) ? eol : eol + eol}${item}${eol}`;
}
