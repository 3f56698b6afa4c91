/** The workspace's own instructions: `AGENTS.md` and `CLAUDE.md` of its folders. */
import { open, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { toErrorInfo } from '../core/errors.ts';
import type { Log, MemoryFile } from '../core/ports.ts';

const names = ['AGENTS.md', 'CLAUDE.md'];
/** Instructions are sent with every request; a longer file would crowd out the conversation. */
export const maxMemoryBytes = 64 * 1024;

/** A file that is the other one under a second name is read once. */
export async function readMemoryFiles(roots: readonly string[], log: Log): Promise<MemoryFile[]> {
  const seen = new Set<string>();
  const files: MemoryFile[] = [];
  for (const root of roots) {
    for (const name of names) {
      const path = roots.length > 1 ? `${basename(root)}/${name}` : name;
      try {
        const real = await realpath(join(root, name));
        if (seen.has(real)) continue;
        seen.add(real);
        const text = await readBounded(real);
        if (text !== undefined) files.push({ path, text });
      } catch (error) {
        if (!isMissing(error)) log.warn(`${path} could not be read: ${toErrorInfo(error).message}`);
      }
    }
  }
  return files;
}

/** Undefined for what is no file, such as a pipe, which waits for a writer as soon as it is opened. */
async function readBounded(path: string): Promise<string | undefined> {
  if (!(await stat(path)).isFile()) return undefined;
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxMemoryBytes + 1), 0, maxMemoryBytes + 1, 0);
    return memoryText(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** The text, cut at the end of a line where it is too long, with a note that says so. */
function memoryText(bytes: Uint8Array): string {
  if (bytes.length <= maxMemoryBytes) return new TextDecoder().decode(bytes);
  const end = bytes.subarray(0, maxMemoryBytes).lastIndexOf(0x0a);
  // A decoder that expects more keeps back a character that was cut in two.
  const text = new TextDecoder().decode(bytes.subarray(0, end < 0 ? maxMemoryBytes : end), { stream: true });
  return `${text}\n[Cut here: this file is longer than ${maxMemoryBytes / 1024} KiB.]`;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
