/** What of the workspace may go with an input: open files, and passages of all others. */
import { plainText } from '../../protocol/content.ts';
import type { UserEntry } from '../../protocol/entries.ts';
import { staysOutWords } from '../grounding/staysOut.ts';
import type { PassageSearch, Workspace } from '../ports.ts';
import type { AssemblyInput } from './assembler.ts';
import { openFileParts } from './grounding.ts';
import type { TurnChoices } from './parts.ts';
import type { GroundingPart } from './shareOut.ts';
import { askWorkspace, passageParts } from './workspacePassages.ts';

type Input = Pick<UserEntry, 'content' | 'attachments' | 'grounding'> & TurnChoices;

/** What the user attached by hand goes once, as that. What stays out is named with the reason. */
export async function gatherGrounding(
  { search, workspace }: { search?: PassageSearch; workspace: Pick<Workspace, 'openFiles'> },
  input: Input,
): Promise<{ parts: GroundingPart[]; missing: AssemblyInput['missing'] }> {
  if (input.grounding === 'off') return { parts: [], missing: [] };
  const question = plainText(input.content);
  const [files, { found, late }] = await Promise.all([
    workspace.openFiles(),
    search && input.grounding === 'workspace' && question.trim() !== ''
      ? askWorkspace(search, question)
      : { found: [], late: false },
  ]);
  const attachments = input.attachments ?? [];
  const attached = new Set(attachments.map(({ kind, uri }) => `${kind}:${uri}`));
  const whole = [...files, ...attachments.filter(({ kind }) => kind === 'file')];
  const missing = files.flatMap(({ uri, path, staysOut }) =>
    staysOut && !attached.has(`file:${uri}`) ? [{ label: path, reason: staysOutWords(staysOut) }] : [],
  );
  if (late)
    missing.push({
      label: 'Passages of the workspace',
      reason: 'The first search of this workspace takes longer than a turn waits. Ask again in a while.',
    });
  return {
    parts: [
      ...openFileParts(files, input).filter(({ id }) => !attached.has(id)),
      ...passageParts(found, new Set(whole.map(({ uri }) => uri)), input),
    ],
    missing,
  };
}
