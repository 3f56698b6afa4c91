/** Asks every system every question, each about the tree of its commit. */
import { logArguments } from '../../../../src/core/grounding/commitHistory.ts';
import {
  isSearchableName,
  isSearchableText,
  isSkippedFolder,
  largestFile,
} from '../../../../src/core/grounding/fileRules.ts';
import { measured } from './measures.ts';
import type { Query } from './queries.ts';
import type { Repository } from './repository.ts';
import type { System } from './system.ts';

export interface Asked {
  query: Query;
  /** By system. */
  figures: Record<string, Record<string, number>>;
  /** Where each system has the first file that answers, from 1; undefined where it is not found. */
  places: Record<string, number | undefined>;
}

/** From one question to the next only what differs between their trees is taken anew, so this takes a minute or two. */
export async function compare(
  repository: Repository,
  queries: readonly Query[],
  systems: readonly System[],
): Promise<Asked[]> {
  const results: Asked[] = [];
  let current = new Map<string, string>();
  let commit: string | undefined;
  for (const query of queries) {
    if (query.commit !== commit) {
      const tree = repository.tree(query.commit);
      const changes = changesBetween(repository, current, tree);
      const log = historyOf(repository, query.commit);
      for (const system of systems) {
        await system.take(changes);
        system.takeHistory?.(log);
      }
      current = tree;
      commit = query.commit;
    }
    const asked: Asked = { query, figures: {}, places: {} };
    for (const system of systems) {
      const answer = await system.rank(query.question);
      asked.figures[system.name] = measured(query, answer);
      const place = answer.files.findIndex((file) => query.files.includes(file));
      asked.places[system.name] = place < 0 ? undefined : place + 1;
    }
    results.push(asked);
  }
  return results;
}

function changesBetween(
  repository: Repository,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Map<string, string | undefined> {
  const changed = [...after].filter(([path, hash]) => before.get(path) !== hash && isSearched(path));
  const texts = repository.texts(changed.map(([, hash]) => hash));
  const changes = new Map<string, string | undefined>();
  for (const path of before.keys()) if (!after.has(path)) changes.set(path, undefined);
  for (const [path, hash] of changed) changes.set(path, searchable(texts.get(hash)));
  return changes;
}

/** What the product leaves out is left out for every system. */
const isSearched = (path: string): boolean =>
  isSearchableName(path) && !path.split('/').slice(0, -1).some(isSkippedFolder);

function searchable(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes || bytes.length > largestFile) return undefined;
  const text = new TextDecoder().decode(bytes);
  return isSearchableText(text) ? text : undefined;
}

const historyOf = (repository: Repository, commit: string): string =>
  repository.git(logArguments(commit)).toString();
