/** Reading the log of a session: the stream by places, which are found through the links between entries. */
import { z } from 'zod';
import type { EntryLink, TreeLink } from '../../core/session/store.ts';
import { type Entry, entry } from '../../protocol/entries.ts';
import type { RedisConnection } from './connection.ts';
import type { WorkspaceKeys } from './keys.ts';
import { readBranch, readRange, readSaid } from './scripts.ts';

/** Entries looked at with one command, which keeps Redis from others for some ms. */
const pageSize = 200;
/**
 * A reply has no more than this and one entry, in bytes: it comes in a fraction of the time a reply is given, also where
 * every entry holds pictures.
 */
export const pageBytes = 4 * 1024 * 1024;

const words = z.array(z.string());
const rows = z.array(words);
const said = z.tuple([z.number(), words]);
const kind = z.enum(entry.options.map((one) => one.shape.kind.value));

export interface PlacedLink extends EntryLink {
  seq: number;
}

export class LogReader {
  readonly #redis: RedisConnection;
  readonly #keys: WorkspaceKeys;

  constructor(redis: RedisConnection, keys: WorkspaceKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Entries from one place to another, both included. */
  async range(sessionId: string, from: number, to: number): Promise<Entry[]> {
    const found: Entry[] = [];
    for (let at = from; at <= to; ) {
      const args = [at, Math.min(to, at + pageSize - 1), pageBytes].map(String);
      const page = rows.parse(await this.#redis.run(readRange, [this.#keys.log(sessionId)], args));
      for (const fields of page) found.push(entryOf(fields));
      if (page.length === 0) break;
      at += page.length;
    }
    return found;
  }

  /** Whole entries at some places, which ascend. */
  async at(sessionId: string, places: readonly number[]): Promise<Entry[]> {
    const found: Entry[][] = [];
    for (const [from, to] of runsOf(places)) found.push(await this.range(sessionId, from, to));
    return found.flat();
  }

  /** The same without reports. */
  async saidAt(sessionId: string, places: readonly number[]): Promise<Entry[]> {
    const found: Entry[] = [];
    for (let at = 0; at < places.length; ) {
      const args = [pageBytes, ...places.slice(at, at + pageSize)].map(String);
      const [looked, texts] = said.parse(await this.#redis.run(readSaid, [this.#keys.log(sessionId)], args));
      for (const text of texts) found.push(entry.parse(JSON.parse(text)));
      at += looked;
    }
    return found;
  }

  /** Where an entry stands, and after which one. */
  async link(sessionId: string, id: string): Promise<{ seq: number; parentId: string | null } | undefined> {
    const reply = z
      .string()
      .nullable()
      .parse(await this.#redis.command('HGET', this.#keys.links(sessionId), id));
    if (reply === null) return undefined;
    const [seq, , parentId] = reply.split('|');
    return { seq: Number(seq), parentId: parentId || null };
  }

  /** All links of a session, in the order of its log. */
  async links(sessionId: string): Promise<TreeLink[]> {
    const reply = words.parse(await this.#redis.command('HGETALL', this.#keys.links(sessionId)));
    const found: TreeLink[] = [];
    for (let at = 0; at < reply.length; at += 2) {
      const [id = '', link = ''] = reply.slice(at, at + 2);
      const [seq, of, parentId] = link.split('|');
      found.push({ id, kind: kind.parse(of), parentId: parentId || null, seq: Number(seq) });
    }
    return found.sort((a, b) => a.seq - b.seq);
  }

  /** Places of those of the entries that there are, ascending. */
  async places(sessionId: string, ids: readonly string[]): Promise<number[]> {
    if (ids.length === 0) return [];
    const reply = await this.#redis.command('HMGET', this.#keys.links(sessionId), ...ids);
    const found = z.array(z.string().nullable()).parse(reply);
    return ascending(found.flatMap((link) => (link === null ? [] : [Number(link.split('|')[0])])));
  }

  async placesOfKinds(sessionId: string, kinds: readonly string[]): Promise<number[]> {
    const lists = await Promise.all(
      kinds.map((one) => this.#redis.command('LRANGE', this.#keys.kind(sessionId, one), '0', '-1')),
    );
    return ascending(lists.flatMap((list) => words.parse(list).map(Number)));
  }

  /** A branch up to an entry, oldest first. */
  async branch(sessionId: string, leafId: string, limit: number): Promise<PlacedLink[]> {
    const reply = words.parse(
      await this.#redis.run(readBranch, [this.#keys.links(sessionId)], [leafId, String(limit)]),
    );
    const found: PlacedLink[] = [];
    for (let at = 0; at < reply.length; at += 3) {
      const [seq, id = '', of] = reply.slice(at, at + 3);
      found.push({ seq: Number(seq), id, kind: kind.parse(of) });
    }
    return found.reverse();
  }

  async endOf(sessionId: string, turnId: string): Promise<Entry | undefined> {
    const reply = await this.#redis.command('HGET', this.#keys.ends(sessionId), turnId);
    const place = z.string().nullable().parse(reply);
    return place === null ? undefined : (await this.at(sessionId, [Number(place)]))[0];
  }
}

const ascending = (places: readonly number[]): number[] => [...new Set(places)].sort((a, b) => a - b);

/** First and last of each stretch without a gap. */
function runsOf(places: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last && last[1] === place - 1) last[1] = place;
    else runs.push([place, place]);
  }
  return runs;
}

function entryOf(fields: readonly string[]): Entry {
  const [, , , said = '', , report] = fields;
  const value: unknown = JSON.parse(said);
  return entry.parse(
    report === undefined || typeof value !== 'object' ? value : { ...value, report: JSON.parse(report) },
  );
}
