/**
 * Full-text search over transcripts with FTS5. The index is written behind the acknowledgement, in batches that
 * remember how far they came, and it lives in memory when the payloads are encrypted.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { SearchHit } from '../../protocol/session.ts';
import { searchableText } from '../searchableText.ts';
import { snippetOf, wordsOf } from '../snippet.ts';
import { isCorrupt } from '../sqliteErrors.ts';
import type { SessionLog } from './sessionLog.ts';
import type { SessionTable } from './sessionTable.ts';
import { transaction } from './transaction.ts';

/** Entries indexed in one transaction; small, so that an append waits at most a few ms for it. */
const batchSize = 100;
/** Rows looked at one by one while the index cannot be written; a disk is not full for long. */
const unindexedLimit = 5_000;

export class SearchIndex {
  readonly #db: DatabaseSync;
  readonly #log: SessionLog;
  readonly #sessions: SessionTable;
  readonly #schema: 'main' | 'search';
  readonly #upTo = { memory: 0 };

  constructor(db: DatabaseSync, log: SessionLog, sessions: SessionTable, inMemory: boolean) {
    this.#db = db;
    this.#log = log;
    this.#sessions = sessions;
    this.#schema = inMemory ? 'search' : 'main';
    if (inMemory && !isAttached(db)) db.exec(`ATTACH ':memory:' AS search`);
    this.#create();
  }

  #create(): void {
    this.#db.exec(
      `CREATE VIRTUAL TABLE IF NOT EXISTS ${this.#schema}.transcript
       USING fts5(text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2')`,
    );
  }

  #rebuild(): void {
    transaction(this.#db, () => {
      this.#db.exec(`DROP TABLE IF EXISTS ${this.#schema}.transcript`);
      this.#create();
      this.#setPosition(0);
    });
  }

  /** Indexes one batch; true when there may be more. */
  catchUp(): boolean {
    const from = this.#position();
    const rows = this.#log.after(from, batchSize);
    const last = rows.at(-1);
    if (!last) return false;
    transaction(this.#db, () => {
      // Another process may have indexed the same rows in the meantime.
      const start = this.#position();
      const insert = this.#db.prepare(`INSERT INTO ${this.#schema}.transcript (rowid, text) VALUES (?, ?)`);
      for (const { number, entry } of rows) {
        const text = entry && number > start ? searchableText(entry) : '';
        if (text !== '') insert.run(number, text);
      }
      if (last.number > start) this.#setPosition(last.number);
    });
    return rows.length === batchSize;
  }

  search(query: string, limit: number): SearchHit[] {
    try {
      return this.#search(query, limit);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      // The log has all that the index has, so a damaged index is made anew.
      this.#rebuild();
      return this.#search(query, limit);
    }
  }

  #search(query: string, limit: number): SearchHit[] {
    const words = wordsOf(query);
    if (words.length === 0) return [];
    // A search sees everything acknowledged before it, also what a full disk keeps out of the index.
    const numbers = this.#caughtUp() ? [] : this.#unindexed(words);
    const match = words.map((word, index) => `"${word}"${index === words.length - 1 ? '*' : ''}`).join(' ');
    // More rows than wanted are read because trashed sessions are left out afterwards.
    const rows = this.#db
      .prepare(
        `SELECT rowid AS number FROM ${this.#schema}.transcript WHERE transcript MATCH ? ORDER BY rank LIMIT ?`,
      )
      .all(match, limit * 4);
    numbers.push(...rows.map(({ number }) => Number(number)));
    const hits: SearchHit[] = [];
    for (const number of numbers) {
      const [found] = this.#log.after(number - 1, 1);
      const session = found && this.#sessions.get(found.sessionId);
      if (!found?.entry || found.number !== number || !session || session.trashedAt !== undefined) continue;
      hits.push({
        sessionId: session.id,
        sessionTitle: session.title,
        entryId: found.entry.id,
        at: found.entry.at,
        snippet: snippetOf(searchableText(found.entry), words),
      });
      if (hits.length === limit) break;
    }
    return hits;
  }

  #caughtUp(): boolean {
    try {
      while (this.catchUp()) {
        // One batch after the other.
      }
      return true;
    } catch (error) {
      if (isCorrupt(error)) throw error;
      return false;
    }
  }

  /** Rows that could not be indexed and have all the words, the newest first. */
  #unindexed(words: readonly string[]): number[] {
    return this.#log
      .after(this.#position(), unindexedLimit)
      .filter(({ entry }) => {
        const text = new Set(entry ? wordsOf(searchableText(entry).toLowerCase()) : []);
        return words.every((word) => text.has(word.toLowerCase()));
      })
      .map(({ number }) => number)
      .reverse();
  }

  /** Forgets rows; call before they are deleted from the log. */
  forget(numbers: readonly number[]): void {
    const remove = this.#db.prepare(`DELETE FROM ${this.#schema}.transcript WHERE rowid = ?`);
    for (const number of numbers) remove.run(number);
    // Deleted terms stay in old segments until these are merged.
    this.#db.exec(`INSERT INTO ${this.#schema}.transcript (transcript) VALUES ('optimize')`);
  }

  /** Drops the index from the database file; used when encryption is switched on. */
  static drop(db: DatabaseSync): void {
    db.exec('DROP TABLE IF EXISTS main.transcript');
    db.exec(`DELETE FROM meta WHERE key = 'indexed'`);
  }

  #position(): number {
    if (this.#schema === 'search') return this.#upTo.memory;
    return Number(this.#db.prepare(`SELECT value FROM meta WHERE key = 'indexed'`).get()?.value ?? 0);
  }

  #setPosition(number: number): void {
    if (this.#schema === 'search') this.#upTo.memory = number;
    else
      this.#db
        .prepare(`INSERT INTO meta VALUES ('indexed', ?) ON CONFLICT DO UPDATE SET value = excluded.value`)
        .run(number);
  }
}

const isAttached = (db: DatabaseSync): boolean =>
  db
    .prepare('PRAGMA database_list')
    .all()
    .some((row) => row.name === 'search');
