/** Proposes a standing instruction for the workspace's own `AGENTS.md`, as a diff that the user accepts or not. */
import { withInstruction } from '../../core/edits/instructionFile.ts';
import { uriOfPath } from './applyCode.ts';
import { existingDocument } from './existingDocument.ts';
import type { ProposedEdits } from './proposedEdits.ts';

/** Throws `outside_workspace` where no folder is open or the file leads out of it, and `edit_unreadable`. */
export async function proposeInstruction(edits: ProposedEdits, text: string): Promise<void> {
  const uri = await uriOfPath('AGENTS.md');
  const before = (await existingDocument(uri))?.getText();
  await edits.propose(uri, before, withInstruction(before, text));
}
