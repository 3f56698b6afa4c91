/** Open files as context of one turn. Pure. */
import type { Attachment } from '../../protocol/entries.ts';
import { Lines } from '../grounding/lines.ts';
import type { OpenFile } from '../ports.ts';
import { attachmentText } from './conversation.ts';
import { chosenReason, chosenText, type TurnChoices } from './parts.ts';
import { type PassagePart, placedPart } from './workspacePassages.ts';

/** Lines; no screen shows more, and an editor with folded code may name all of a file. */
const mostVisible = 150;

export const wholeFileId = (uri: string): string => `file:${uri}`;

/**
 * What stays out is left out. The selection first, then problems, then the files in the given order. Before the active one stand its visible lines, which go where all of it does not fit.
 */
export function openFileParts(files: readonly OpenFile[], choices: TurnChoices): PassagePart[] {
  const parts: PassagePart[] = [];
  const add = (label: string, reason: string, attachment: Attachment, rank?: PassagePart['rank']): void => {
    const id = `${attachment.kind}:${attachment.uri}`;
    const text = attachmentText({ ...attachment, text: chosenText(choices, id, attachment.text) });
    parts.push({
      id,
      label,
      text,
      reason: chosenReason(choices, id, reason),
      ...(rank === undefined ? {} : { rank }),
    });
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
  for (const file of files) {
    const { uri, path, active, text, staysOut } = file;
    if (staysOut || text.trim() === '') continue;
    if (active) parts.push(...visiblePart(file, choices));
    const reason = active ? 'The active editor.' : 'Open in an editor.';
    add(path, reason, { kind: 'file', uri, path, text }, 'file');
  }
  return parts;
}

function visiblePart({ uri, path, text, visible }: OpenFile, choices: TurnChoices): PassagePart[] {
  if (!visible) return [];
  const lines = new Lines(text);
  const { startLine } = visible;
  const endLine = Math.min(visible.endLine, lines.count, startLine + mostVisible - 1);
  const seen = lines.slice(startLine, endLine);
  if (seen.trim() === '') return [];
  const part = placedPart(
    {
      id: `visible:${uri}`,
      place: { uri, path, startLine, endLine },
      text: seen,
      reason: 'Visible in the active editor, all of whose text does not fit.',
    },
    choices,
  );
  return [{ ...part, rank: 'visible', partOf: wholeFileId(uri) }];
}
