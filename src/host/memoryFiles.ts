/** `AGENTS.md` and `CLAUDE.md` of the workspace's folders. */
import * as vscode from 'vscode';
import { memoryFileNames, readableMemory } from '../core/context/memoryFiles.ts';
import type { MemoryFile } from '../core/ports.ts';
import { shownPath } from './openEditors.ts';

/** Empty where the workspace is not trusted: what it says is not to be followed then. */
export async function memoryFiles(): Promise<MemoryFile[]> {
  if (!vscode.workspace.isTrusted) return [];
  const folders = vscode.workspace.workspaceFolders ?? [];
  const uris = folders.flatMap(({ uri }) => memoryFileNames.map((name) => vscode.Uri.joinPath(uri, name)));
  const files = await Promise.all(uris.map(read));
  return files.flatMap((file) => file ?? []);
}

async function read(uri: vscode.Uri): Promise<MemoryFile | undefined> {
  try {
    const text = readableMemory(await vscode.workspace.fs.readFile(uri));
    return text === undefined ? undefined : { path: shownPath(uri), text };
  } catch {
    // Most folders have none.
    return undefined;
  }
}
