/** What of the workspace may go with an input: open files, and passages of all others. */
import { plainText } from '../../protocol/content.ts';
import type { UserEntry } from '../../protocol/entries.ts';
import { bestParts } from '../grounding/bestParts.ts';
import { mostText, searchOpenFiles } from '../grounding/openFilesSearch.ts';
import { staysOutWords } from '../grounding/staysOut.ts';
import type { OpenFile, Passage, PassageSearch, Workspace } from '../ports.ts';
import type { AssemblyInput } from './assembler.ts';
import { openFileParts, wholeFileId } from './grounding.ts';
import { type MentionSources, mentionParts } from './mentions.ts';
import type { TurnChoices } from './parts.ts';
import type { GroundingPart } from './shareOut.ts';
import { estimateTokens } from './tokens.ts';
import { askWorkspace, mostPassages, passageParts } from './workspacePassages.ts';

type Input = Pick<UserEntry, 'content' | 'attachments' | 'grounding'> & TurnChoices;

interface Sources extends MentionSources {
  search?: PassageSearch | undefined;
  workspace: Pick<Workspace, 'openFiles'>;
  /** The words that were said last before the input. */
  saidBefore(): Promise<string | undefined>;
}

/** Estimates of tokens may be a sixth too low. */
const certain = 0.8;

/** What is taken of a text too long to be searched beside others: as much as a dozen passages of thirty lines. */
const longTextTokens = 3_000;

/** Characters; what a selection is about is named in its first lines. */
const mostSelected = 300;

/** Lets other work run between files. */
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/**
 * What the user mentioned or attached goes once, as that, and first; the rest only as the input is grounded. What stays
 * out is named with the reason. `tokens` are what all of it may take.
 */
export async function gatherGrounding(
  { search, workspace, saidBefore, ...sources }: Sources,
  input: Input,
  tokens: number,
): Promise<{ parts: GroundingPart[]; missing: AssemblyInput['missing'] }> {
  const mentioned = await mentionParts(sources, input, tokens);
  if (input.grounding === 'off') return mentioned;
  const question = plainText(input.content);
  const [files, before] = await Promise.all([workspace.openFiles(), saidBefore()]);
  const around = aroundOf(files, before);
  const { found, late } =
    question.trim() === ''
      ? { found: [], late: false }
      : search && input.grounding === 'workspace'
        ? await askWorkspace(search, question, around)
        : { found: await foundInOpen(files, { question, around, tokens }), late: false };
  const attachments = input.attachments ?? [];
  const attached = new Set(attachments.map(({ kind, uri }) => `${kind}:${uri}`));
  // Nor do parts of a file go that goes with the input anyway, or that the user left out.
  const isSettled = (id: string) => attached.has(id) || input.excluded?.includes(id) === true;
  const missing = files.flatMap(({ uri, path, staysOut }) =>
    staysOut && !attached.has(wholeFileId(uri)) ? [{ label: path, reason: staysOutWords(staysOut) }] : [],
  );
  if (late)
    missing.push({
      label: 'Passages of the workspace',
      reason: 'The first search of this workspace takes longer than a turn waits. Ask again in a while.',
    });
  const whole = files.filter(({ staysOut }) => !staysOut).map(({ uri }) => ({ uri, id: wholeFileId(uri) }));
  const others = found.filter(({ uri }) => !attached.has(wholeFileId(uri)));
  const own = [...openFileParts(byScore(files, found), input), ...passageParts(others, whole, input)];
  return {
    parts: [
      ...mentioned.parts,
      ...own.filter(({ id, partOf }) => !attached.has(id) && !(partOf !== undefined && isSettled(partOf))),
    ],
    missing: [...mentioned.missing, ...missing],
  };
}

/** The active one first, then those in which the best was found, the last used first among equals. */
function byScore(files: readonly OpenFile[], found: readonly Passage[]): OpenFile[] {
  const best = new Map<string, number>();
  for (const { uri, score } of found) best.set(uri, Math.max(best.get(uri) ?? 0, score));
  return files.toSorted(
    (a, z) => Number(z.active) - Number(a.active) || (best.get(z.uri) ?? 0) - (best.get(a.uri) ?? 0),
  );
}

/** What a question may point at: the names in the selection, then what was said. */
function aroundOf(files: readonly OpenFile[], before: string | undefined): string | undefined {
  const selected = files.find(({ active, staysOut }) => active && !staysOut)?.selection?.text;
  const around = [selected?.slice(0, mostSelected), before].filter((text) => text).join('\n');
  return around === '' ? undefined : around;
}

/** Where open files alone are asked for, only those that may not fit as a whole need be searched. */
async function foundInOpen(
  files: readonly OpenFile[],
  { question, around, tokens }: { question: string; around: string | undefined; tokens: number },
): Promise<Passage[]> {
  const wanted = files.reduce((sum, { text }) => sum + estimateTokens(text), 0);
  if (wanted <= tokens * certain) return [];
  const found = await searchOpenFiles(question, mostPassages, files, pause, around);
  for (const { uri, path, text } of files) {
    if (text.length <= mostText) continue;
    const { parts } = await bestParts({ path, text }, question, longTextTokens);
    found.push(...parts.map((part) => ({ uri, path, ...part, score: 0 })));
  }
  return found;
}
