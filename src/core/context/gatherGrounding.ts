/** What of the workspace may go with an input: open files, and passages of all others. */
import { plainText } from '../../protocol/content.ts';
import type { UserEntry } from '../../protocol/entries.ts';
import { staysOutWords } from '../grounding/staysOut.ts';
import type { PassageSearch, Workspace } from '../ports.ts';
import type { AssemblyInput } from './assembler.ts';
import { openFileParts } from './grounding.ts';
import { type MentionSources, mentionParts } from './mentions.ts';
import type { TurnChoices } from './parts.ts';
import type { GroundingPart } from './shareOut.ts';
import { askWorkspace, passageParts } from './workspacePassages.ts';

type Input = Pick<UserEntry, 'content' | 'attachments' | 'grounding'> & TurnChoices;

interface Sources extends MentionSources {
  search?: PassageSearch | undefined;
  workspace: Pick<Workspace, 'openFiles'>;
}

/**
 * What the user mentioned or attached goes once, as that, and first; the rest only as the input is grounded. What stays
 * out is named with the reason. `tokens` are what all of it may take.
 */
export async function gatherGrounding(
  { search, workspace, ...sources }: Sources,
  input: Input,
  tokens: number,
): Promise<{ parts: GroundingPart[]; missing: AssemblyInput['missing'] }> {
  const mentioned = await mentionParts(sources, input, tokens);
  if (input.grounding === 'off') return mentioned;
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
      ...mentioned.parts,
      ...openFileParts(files, input).filter(({ id }) => !attached.has(id)),
      ...passageParts(found, new Set(whole.map(({ uri }) => uri)), input),
    ],
    missing: [...mentioned.missing, ...missing],
  };
}
