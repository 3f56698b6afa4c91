import { z } from 'zod';
import { entryText } from '../../protocol/entryText.ts';
import type { RecalledEntry } from '../../protocol/memory.ts';
import { withoutEnd } from '../context/tags.ts';
import type { Recall } from '../ports.ts';
import type { SessionStore } from '../session/store.ts';
import { excerpt } from './excerpt.ts';
import { type Tool, toolOf } from './tool.ts';

/** Characters of one find: a long paragraph, from which can be told whether it is the one. */
const excerptLength = 900;

/** Searches what was said earlier. `scope` is what the user allows. */
export function recall(
  port: Recall,
  store: Pick<SessionStore, 'entries'>,
  scope: 'session' | 'workspace',
): Tool {
  const where =
    scope === 'session' ? 'of this session' : 'of this session and of the other sessions of this workspace';
  return toolOf({
    name: 'recall',
    description: `Searches the earlier turns ${where} by words and by meaning, and gives excerpts with their dates. Use it when something said earlier matters that you do not have before you.`,
    input: z.strictObject({
      query: z
        .string()
        .trim()
        .min(1)
        .max(1000)
        .describe(
          'What to look for, with the words that were likely used; a time such as "last week" counts.',
        ),
      limit: z.number().int().min(1).max(10).optional().describe('How many finds at most; 5 when left out.'),
    }),
    async run({ query, limit = 5 }, { sessionId, leafId, now, inContext, signal }) {
      const found = await port.search(
        { sessionId, leafId, text: query, now, limit, except: inContext, scope },
        signal,
      );
      const finds = await Promise.all(found.slice(0, limit).map((one) => shown(store, sessionId, one)));
      const text = finds.filter((one) => one !== undefined).join('\n');
      return text === '' ? 'Nothing earlier was found.' : text;
    },
  });
}

async function shown(
  store: Pick<SessionStore, 'entries'>,
  here: string,
  find: RecalledEntry,
): Promise<string | undefined> {
  const [entry] = await store.entries(find.sessionId, [find.entryId]);
  const text = entry === undefined ? '' : entryText(entry);
  if (text.trim() === '') return undefined;
  // To the minute, in UTC: one form for every reader.
  const at = new Date(find.at).toISOString().slice(0, 16).replace('T', ' ');
  const other = find.sessionId === here ? '' : ' session="another"';
  const cut = withoutEnd('earlier', excerpt(text, find.terms, excerptLength));
  return `<earlier said_by="${find.role}" at="${at} UTC"${other}>\n${cut}\n</earlier>`;
}
