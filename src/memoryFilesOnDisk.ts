/** The workspace's own instructions: `AGENTS.md` and `CLAUDE.md` of its folders. */
import { open, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { memoryFileNames, readableMemory } from './core/context/memoryFiles.ts';
import { toErrorInfo } from './core/errors.ts';
import { isSecretFile } from './core/grounding/fileRules.ts';
import type { Log, MemoryFile } from './core/ports.ts';
import { ignoredFiles } from './workers/ignoredFiles.ts';
import { isWithin } from './workers/within.ts';

/** Bytes; more than is ever kept of such a file, so that a long one is seen to be cut. */
const mostRead = 128 * 1024;

/**
 * A file that is the other one under a second name is read once. A link that leads out of the folder, or to a file made
 * to hold secrets, is not followed: what it leads to would be sent with every request. What `.causewayignore` excludes is
 * left out.
 */
export async function readMemoryFiles(roots: readonly string[], log: Log): Promise<MemoryFile[]> {
  const seen = new Set<string>();
  const files: MemoryFile[] = [];
  for (const root of roots) {
    for (const name of memoryFileNames) {
      const path = roots.length > 1 ? `${basename(root)}/${name}` : name;
      try {
        const file = join(root, name);
        const real = await realpath(file);
        if (seen.has(real)) continue;
        const realRoot = await realpath(root);
        // What git leaves out may be an instruction of one's own; what is named for us is not to be sent.
        if ((await ignoredFiles([file, real], [root, realRoot], [])).includes('.causewayignore')) continue;
        if (!isWithin(realRoot, real) || isSecretFile(basename(real))) {
          log.warn(`${path} leads elsewhere, so it is not read.`);
          continue;
        }
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
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostRead), 0, mostRead, 0);
    return readableMemory(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
