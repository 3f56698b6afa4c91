import { stat } from 'node:fs/promises';
import { localPathOf } from '../../core/workspace/uri.ts';

/** Whether what a URI names is certainly not on this machine any more; false for what lies elsewhere. Never rejects. */
export async function isGone(uri: string): Promise<boolean> {
  const path = localPathOf(uri);
  if (path === undefined) return false;
  try {
    await stat(path);
    return false;
  } catch (error) {
    // Other failures, such as a permission or a disk that does not answer, say nothing about the folder.
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
  }
}
