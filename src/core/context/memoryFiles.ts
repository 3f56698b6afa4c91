/** Files in which a workspace tells assistants how to work in it. */
export const memoryFileNames = ['AGENTS.md', 'CLAUDE.md'] as const;

/** Bytes; such files are read by people too, and nobody reads more. */
const mostBytes = 64 * 1024;

/** The text of such a file, cut after a whole line where it is very long; undefined when there is nothing to read. */
export function readableMemory(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes.subarray(0, mostBytes));
  if (text.includes('\0') || text.trim() === '') return undefined;
  if (bytes.length <= mostBytes) return text;
  const end = text.lastIndexOf('\n');
  return `${text.slice(0, end < 0 ? text.length : end)}\n\n(The rest of this file is left out.)`;
}
