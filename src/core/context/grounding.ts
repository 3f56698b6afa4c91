/** Open files as context of one turn. Pure. */
import type { OpenFile } from '../ports.ts';
import { attachmentText } from './conversation.ts';

export interface GroundingPart {
  id: string;
  label: string;
  text: string;
  reason: string;
}

/** The selection first, then the files in the given order: the active one, then by recency. */
export function openFileParts(files: readonly OpenFile[]): GroundingPart[] {
  const parts: GroundingPart[] = [];
  for (const file of files) {
    if (!file.active || !file.selection || file.selection.text.trim() === '') continue;
    const { startLine, endLine, text } = file.selection;
    parts.push({
      id: `selection:${file.uri}`,
      label: `${file.path}:${startLine}-${endLine}`,
      text: attachmentText({ kind: 'selection', uri: file.uri, path: file.path, startLine, endLine, text }),
      reason: 'The selection in the active editor.',
    });
  }
  for (const file of files) {
    if (file.text.trim() === '') continue;
    parts.push({
      id: `file:${file.uri}`,
      label: file.path,
      text: attachmentText({ kind: 'file', uri: file.uri, path: file.path, text: file.text }),
      reason: file.active ? 'The active editor.' : 'Open in an editor.',
    });
  }
  return parts;
}
