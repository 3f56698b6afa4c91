/** Fenced code blocks of an answer. Source: https://spec.commonmark.org/0.31.2/#fenced-code-blocks. Pure. */

export interface CodeBlock {
  language: string;
  /** The file the block is meant for, where its opening line names one. */
  path: string | undefined;
  code: string;
}

const opening = /^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[ \t]*([^`]*)$/;

/** In order; a block that is not closed ends with the text, as an answer that was cut off leaves it. */
export function codeBlocksOf(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { fence: string; language: string; path: string | undefined; lines: string[] } | undefined;
  const close = () => {
    if (open) blocks.push({ language: open.language, path: open.path, code: open.lines.join('\n') });
    open = undefined;
  };
  for (const line of markdown.split('\n')) {
    if (open) {
      const fence = line.trim();
      const ends = fence.startsWith(open.fence) && [...fence].every((char) => char === open?.fence[0]);
      if (ends) close();
      else open.lines.push(line);
      continue;
    }
    const [, fence, language = '', rest = ''] = opening.exec(line) ?? [];
    if (fence) open = { fence, language, path: pathIn(rest), lines: [] };
  }
  close();
  return blocks;
}

/** A path has a dot or a slash and no spaces; other words after the language are titles, and a link is no path. */
function pathIn(rest: string): string | undefined {
  const [, named] = /^(?:title|file|filename|path)=["']?([^"']*)["']?$/.exec(rest.trim()) ?? [];
  const text = named ?? rest.trim();
  return /^[^\s`]*[./][^\s`]*$/.test(text) && !text.includes('](') ? text : undefined;
}
