/**
 * Words of whole transcripts. What was said is read page by page, the newest sessions first, and nothing is kept of it:
 * an index of words would be a second copy of every text, in thousands of keys that a purge must find, for a search that
 * a person makes now and then.
 */
import { z } from 'zod';
import { type Entry, entry } from '../../protocol/entries.ts';
import type { SearchHit, SessionSummary } from '../../protocol/session.ts';
import { searchableText } from '../searchableText.ts';
import { snippetOf, wordsOf } from '../snippet.ts';
import type { RedisConnection } from './connection.ts';
import type { WorkspaceKeys } from './keys.ts';
import { pageBytes } from './logReader.ts';
import { readSayings } from './scripts.ts';

/** Entries looked at in one search: some months of one team's; a search must end. */
const mostEntries = 20_000;
/** Entries looked at with one command, which keeps Redis from others for some ms. */
const pageSize = 200;

const searchable: readonly Entry['kind'][] = ['user', 'assistant', 'title', 'directive', 'task'];

const page = z.tuple([z.string(), z.array(z.string())]);

interface Found {
  hit: SearchHit;
  matches: number;
}

/** Sessions come as they are to be searched. Hits with more of the words come first, then newer ones. */
export async function searchSessions(
  redis: RedisConnection,
  keys: WorkspaceKeys,
  sessions: readonly SessionSummary[],
  query: string,
  limit: number,
): Promise<SearchHit[]> {
  const words = wordsOf(query).map(folded);
  if (words.length === 0) return [];
  const found: Found[] = [];
  let left = mostEntries;
  for (const session of sessions) {
    if (left <= 0) break;
    left -= session.entryCount;
    for await (const said of sayingsOf(redis, keys, session)) {
      const text = searchableText(said);
      const matches = matchesOf(text, words);
      if (matches === 0) continue;
      const hit = {
        sessionId: session.id,
        sessionTitle: session.title,
        entryId: said.id,
        at: said.at,
        snippet: snippetOf(text, wordsOf(query)),
      };
      found.push({ hit, matches });
    }
  }
  return found
    .sort((a, b) => b.matches - a.matches || b.hit.at - a.hit.at)
    .slice(0, limit)
    .map(({ hit }) => hit);
}

async function* sayingsOf(
  redis: RedisConnection,
  keys: WorkspaceKeys,
  { id, entryCount }: SessionSummary,
): AsyncGenerator<Entry> {
  for (let below = entryCount + 1; below > 1; ) {
    const args = [String(below), String(pageSize), String(pageBytes), ...searchable];
    const [last, texts] = page.parse(await redis.run(readSayings, [keys.log(id)], args));
    for (const text of texts) yield entry.parse(JSON.parse(text));
    below = Number(last);
  }
}

/** Letters as they are compared: without case and accents. */
const folded = (word: string): string => word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** How many words of a text are looked for; none unless all are there, of the last one its beginning. */
function matchesOf(text: string, words: readonly string[]): number {
  const here = wordsOf(text).map(folded);
  const counts = words.map((word, at) => {
    const isLast = at === words.length - 1;
    return here.filter((one) => (isLast ? one.startsWith(word) : one === word)).length;
  });
  return counts.includes(0) ? 0 : counts.reduce((total, count) => total + count, 0);
}
