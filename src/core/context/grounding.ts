/** Open files as context of one turn. Pure. */
import type { Attachment } from '../../protocol/entries.ts';
import type { OpenFile } from '../ports.ts';
import { attachmentText } from './conversation.ts';
import { chosenReason, chosenText, type Part, type TurnChoices } from './parts.ts';

/**
 * What stays out is left out. The selection first, then problems, then the files in the given order: the active one,
 * then by recency.
 */
export function openFileParts(files: readonly OpenFile[], choices: TurnChoices): Part[] {
  const parts: Part[] = [];
  const add = (label: string, reason: string, attachment: Attachment): void => {
    const id = `${attachment.kind}:${attachment.uri}`;
    const text = attachmentText({ ...attachment, text: chosenText(choices, id, attachment.text) });
    parts.push({ id, label, text, reason: chosenReason(choices, id, reason) });
  };
  for (const { uri, path, active, selection, staysOut } of files) {
    if (staysOut || !active || !selection || selection.text.trim() === '') continue;
    const { startLine, endLine, text } = selection;
    const attachment: Attachment = { kind: 'selection', uri, path, startLine, endLine, text };
    add(`${path}:${startLine}-${endLine}`, 'The selection in the active editor.', attachment);
  }
  for (const { uri, path, problems, staysOut } of files) {
    if (staysOut || !problems) continue;
    add(`Problems of ${path}`, 'What the editor shows as wrong in an open file.', {
      kind: 'problems',
      uri,
      path,
      ...problems,
    });
  }
  for (const { uri, path, active, text, staysOut } of files) {
    if (staysOut || text.trim() === '') continue;
    add(path, active ? 'The active editor.' : 'Open in an editor.', { kind: 'file', uri, path, text });
  }
  return parts;
}
