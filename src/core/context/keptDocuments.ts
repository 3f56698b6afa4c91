/** Documents of a session whose profile keeps them: they stand before everything that changes, as they were sent. */
import type { UserEntry } from '../../protocol/entries.ts';
import type { Segment } from '../../protocol/report.ts';
import type { SessionStore } from '../session/store.ts';
import { type Unit, unitsOf } from './conversation.ts';
import { shortened } from './parts.ts';

/** One input with its documents, which the user can leave out of a turn by its id. */
export interface KeptDocument extends Unit {
  id: string;
  label: string;
}

const partPrefix = 'document:';

/** By its part the segment is known to the breakpoints: what follows may change, and it is to be found again. */
export const isKeptDocument = ({ partId }: Pick<Segment, 'partId'>): boolean =>
  partId?.startsWith(partPrefix) === true;

/** Files as the panel attaches them are texts beside the input. What was mentioned goes with its own turn alone. */
const attachedFiles = ({ attachments = [] }: Pick<UserEntry, 'attachments'>) =>
  attachments.filter(({ kind, mention }) => kind === 'file' && !mention);

/** Inputs with a document or a file, oldest first, of the branch the request follows. */
export async function keptDocuments(
  store: Pick<SessionStore, 'ofKinds'>,
  sessionId: string,
  isOnBranch: (entryId: string) => boolean,
): Promise<UserEntry[]> {
  const inputs = await store.ofKinds(sessionId, ['user']);
  return inputs.filter(
    (input) =>
      isOnBranch(input.id) &&
      (input.content.some(({ type }) => type === 'document') || attachedFiles(input).length > 0),
  );
}

export const documentUnits = (inputs: readonly UserEntry[]): KeptDocument[] =>
  inputs.flatMap((input) =>
    unitsOf([input]).map((unit) => ({ ...unit, id: `${partPrefix}${input.id}`, label: labelOf(input) })),
  );

function labelOf(input: UserEntry): string {
  const titles = input.content.flatMap((block) => (block.type === 'document' ? [block.title] : []));
  const names = [...titles, ...attachedFiles(input).map(({ path }) => path)].filter(
    (name) => name !== undefined && name !== '',
  );
  return names.length === 0 ? 'A document' : shortened(names.join(', '));
}
