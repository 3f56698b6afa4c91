/** What a store keeps of a session beside its log, and how each entry changes that. Pure. */
import { z } from 'zod';
import { derivedTitle } from '../core/session/derivedTitle.ts';
import type { SessionInit } from '../core/session/store.ts';
import { plainText } from '../protocol/content.ts';
import type { Entry } from '../protocol/entries.ts';
import { type SessionSummary, spending } from '../protocol/session.ts';
import { spentWith } from '../protocol/spending.ts';

/** What a list shows of a session that may tell something about its content, and so is encrypted where sessions are. */
export const sessionDetails = z.object({
  title: z.string(),
  /** Whether the title was given; otherwise the first input may still replace it. */
  titled: z.boolean(),
  client: z.string().optional(),
  clientId: z.string().optional(),
  shared: z.boolean().optional(),
  model: z.string().optional(),
  forkedFrom: z.object({ sessionId: z.uuid(), entryId: z.uuid() }).optional(),
  spent: spending.optional(),
});
export type SessionDetails = z.infer<typeof sessionDetails>;

export const untitled = 'New session';

/** As a summary shows them. */
export function shownDetails({
  title,
  client,
  clientId,
  shared,
  model,
  forkedFrom,
  spent,
}: SessionDetails): Pick<SessionSummary, 'title'> & Partial<SessionSummary> {
  return {
    title,
    ...(client === undefined ? {} : { client }),
    ...(clientId === undefined ? {} : { clientId }),
    ...(shared === true ? { shared } : {}),
    ...(model === undefined ? {} : { model }),
    ...(forkedFrom === undefined ? {} : { forkedFrom }),
    ...(spent === undefined ? {} : { spent }),
  };
}

type Maker = { [Field in 'client' | 'clientId' | 'shared']?: SessionInit[Field] | undefined };

/** Who made a session, and who may use it. */
export const madeBy = ({ client, clientId, shared }: Maker) => ({
  ...(client === undefined ? {} : { client }),
  ...(clientId === undefined ? {} : { clientId }),
  ...(shared === undefined ? {} : { shared }),
});

/** After an entry was appended; the same object where it changes nothing. */
export function withEntry(before: SessionDetails, entry: Entry): SessionDetails {
  if (entry.kind === 'title') return withTitle(before, entry);
  if (entry.kind === 'model') return { ...before, model: `${entry.provider}/${entry.model}` };
  const spent = spentWith(before.spent, entry);
  if (spent !== before.spent) return { ...before, ...(spent === undefined ? {} : { spent }) };
  if (entry.kind !== 'user' || before.titled || before.title !== untitled) return before;
  const title = derivedTitle(plainText(entry.content));
  return title === '' ? before : { ...before, title };
}

/** A title that was given stays; one that a model wrote may still be replaced by one that is given. */
function withTitle(before: SessionDetails, entry: Extract<Entry, { kind: 'title' }>): SessionDetails {
  const spent = spentWith(before.spent, entry);
  const paid = spent === undefined ? before : { ...before, spent };
  if (entry.method === undefined) return { ...paid, title: entry.title, titled: true };
  return before.titled ? paid : { ...paid, title: entry.title };
}
