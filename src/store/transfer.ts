/** A session as JSON Lines: a header, then its log. Export then import is the identity. */
import { z } from 'zod';
import { importInvalid } from '../core/errors.ts';
import { doors, type Entry, entry } from '../protocol/entries.ts';
import type { SessionSummary } from '../protocol/session.ts';

const header = z.object({
  causeway: z.literal('session'),
  version: z.literal(1),
  id: z.uuid(),
  createdAt: z.number().int(),
  door: z.enum(doors),
  client: z.string().optional(),
  clientId: z.string().optional(),
  shared: z.boolean().optional(),
  /** Present when it was given and not taken from the first input. */
  title: z.string().optional(),
  forkedFrom: z.object({ sessionId: z.uuid(), entryId: z.uuid() }).optional(),
});
export type ExportHeader = z.infer<typeof header>;

export function exportLines(session: SessionSummary, isTitled: boolean, entries: readonly Entry[]): string {
  const first: ExportHeader = {
    causeway: 'session',
    version: 1,
    id: session.id,
    createdAt: session.createdAt,
    door: session.door,
    ...(session.client === undefined ? {} : { client: session.client }),
    ...(session.clientId === undefined ? {} : { clientId: session.clientId }),
    ...(session.shared === undefined ? {} : { shared: session.shared }),
    ...(isTitled ? { title: session.title } : {}),
    ...(session.forkedFrom === undefined ? {} : { forkedFrom: session.forkedFrom }),
  };
  return [first, ...entries].map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Checks everything before anything is written. Throws `import_invalid` with the line. */
export function parseExport(text: string): { header: ExportHeader; entries: Entry[] } {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const first = header.safeParse(parseLine(lines[0] ?? '', 1));
  if (!first.success) throw importInvalid(1, 'it should be the header of an exported session');
  const seen = new Set<string>();
  const entries = lines.slice(1).map((line, index) => {
    const number = index + 2;
    const parsed = entry.safeParse(parseLine(line, number));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw importInvalid(number, `${issue?.path.join('.') ?? 'entry'}: ${issue?.message ?? 'not valid'}`);
    }
    const { id, parentId, seq } = parsed.data;
    if (seq !== index + 1) throw importInvalid(number, `seq is ${seq}; expected ${index + 1}`);
    if (seen.has(id)) throw importInvalid(number, `the id ${id} stands twice`);
    if (parentId !== null && !seen.has(parentId))
      throw importInvalid(number, 'its parent does not stand before it');
    seen.add(id);
    return parsed.data;
  });
  const ended = new Set<string>();
  for (const [index, value] of entries.entries()) {
    if (value.kind !== 'assistant' || value.outcome === undefined) continue;
    if (ended.has(value.turnId)) throw importInvalid(index + 2, `the turn ${value.turnId} ends twice`);
    ended.add(value.turnId);
  }
  return { header: first.data, entries };
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw importInvalid(number, 'it is not JSON');
  }
}
