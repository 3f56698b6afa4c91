/** The parts of a passage that can be cited apart, with the lines they stand on. Pure. */
import type { FilePlace } from '../../protocol/report.ts';

export interface CitablePart {
  text: string;
  /** From 1, both ends included. */
  startLine: number;
  endLine: number;
}

/** Lines of one part: what is quoted beside a sentence is read at a glance. */
const longestPart = 12;

/**
 * The passage in parts that join to it again. A part ends at a blank line, which belongs to it, or after twelve lines.
 * No part is blank, since the API refuses a text without words.
 */
export function citableParts({ text, place }: { text: string; place: FilePlace }): CitablePart[] {
  const parts: CitablePart[] = [];
  let lines: string[] = [];
  let at = place.startLine;
  const end = (): void => {
    if (lines.length === 0) return;
    const part = { text: lines.join(''), startLine: at, endLine: at + lines.length - 1 };
    const last = parts.at(-1);
    if (part.text.trim() === '' && last) {
      last.text += part.text;
      last.endLine = part.endLine;
    } else parts.push(part);
    at += lines.length;
    lines = [];
  };
  for (const line of text.split(/(?<=\n)/)) {
    lines.push(line);
    const hasWords = lines.some((one) => one.trim() !== '');
    if (hasWords && (line.trim() === '' || lines.length >= longestPart)) end();
  }
  end();
  return parts;
}
