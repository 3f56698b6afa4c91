/** Where a name is begun with `@` in the input, and the input once it is whole. Pure. */

/** A longer one is no name that is being typed. */
const longest = 80;

export interface BegunMention {
  /** Place of the `@`. */
  start: number;
  typed: string;
}

/** The name that ends at the caret; undefined where there is none. An address of mail begins none. */
export function begunMention(text: string, caret: number): BegunMention | undefined {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf('@');
  if (start < 0 || caret - start > longest) return undefined;
  const typed = before.slice(start + 1);
  if (/\s/.test(typed) || /[\p{L}\p{N}_.@-]$/u.test(before.slice(0, start))) return undefined;
  return { start, typed };
}

/** The name in the place of what was typed of it, with a blank behind it to go on. */
export function withMention(
  text: string,
  { start, typed }: BegunMention,
  label: string,
): { text: string; caret: number } {
  const name = /\s/.test(label) ? `“${label}”` : `@${label}`;
  const rest = text.slice(start + 1 + typed.length);
  const gap = /^\s/.test(rest) ? '' : ' ';
  return { text: `${text.slice(0, start)}${name}${gap}${rest}`, caret: start + name.length + 1 };
}
