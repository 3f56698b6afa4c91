/** Brings what could be salvaged into a whole again: sessions for all entries, no gaps, heads and counts that fit. */
import type { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../protocol/entries.ts';
import type { PayloadCodec } from './codec.ts';
import { EntryRows, rowColumns } from './entryRows.ts';
import { SessionTable } from './sessionTable.ts';

const recoveredTitle = 'Recovered session';

/** Inside a transaction. */
export function mend(db: DatabaseSync, codec: PayloadCodec): void {
  const sessions = new SessionTable(db, codec, { workspaceId: '', private: false, readOnly: false });
  const rows = new EntryRows(db, codec);
  const idsOf = (sql: string): string[] =>
    db
      .prepare(sql)
      .all()
      .map((row) => String(row.id));
  for (const id of idsOf(
    'SELECT DISTINCT session_id AS id FROM entry WHERE session_id NOT IN (SELECT id FROM session)',
  )) {
    const last = db.prepare(`SELECT ${rowColumns} FROM entry WHERE session_id = ? ORDER BY seq DESC`).get(id);
    const at = last ? rows.read(last).entry.at : 0;
    sessions.insert({ id, at, door: 'core', details: { title: recoveredTitle, titled: true } });
  }
  db.exec(`
    DELETE FROM meta WHERE key = 'indexed';
    DELETE FROM turn WHERE session_id NOT IN (SELECT id FROM session) OR EXISTS
      (SELECT 1 FROM entry WHERE session_id = turn.session_id AND ends_turn = turn.turn_id);
    DELETE FROM draft WHERE session_id NOT IN (SELECT id FROM session);
    DELETE FROM draft_media WHERE session_id NOT IN (SELECT id FROM session);
  `);
  for (const id of idsOf(`
    SELECT session_id AS id FROM entry GROUP BY session_id HAVING max(seq) <> count(*)
    UNION SELECT session_id FROM entry AS e WHERE parent_id IS NOT NULL AND NOT EXISTS
      (SELECT 1 FROM entry WHERE session_id = e.session_id AND id = e.parent_id)`)) {
    closeGaps(db, rows, id);
  }
  for (const id of idsOf('SELECT id FROM session')) sessions.recount(id, answersOf(db, rows, id));
}

const answersOf = (db: DatabaseSync, rows: EntryRows, sessionId: string): Entry[] =>
  db
    .prepare(`SELECT ${rowColumns} FROM entry WHERE session_id = ? AND kind = 'assistant' ORDER BY seq`)
    .all(sessionId)
    .map((raw) => rows.read(raw).entry);

/** An entry whose parent is lost follows the one before it, so that the conversation stays in one piece. */
function closeGaps(db: DatabaseSync, rows: EntryRows, sessionId: string): void {
  const kept = new Set<string>();
  let before: Entry | undefined;
  const found = db
    .prepare(`SELECT ${rowColumns} FROM entry WHERE session_id = ? ORDER BY seq`)
    .all(sessionId);
  for (const raw of found) {
    const { number, entry } = rows.read(raw);
    const isOrphan = entry.parentId !== null && !kept.has(entry.parentId);
    const parentId = isOrphan ? (before?.id ?? null) : entry.parentId;
    const mended: Entry = { ...entry, parentId, seq: kept.size + 1 };
    if (mended.seq !== entry.seq || mended.parentId !== entry.parentId)
      rows.replace(number, sessionId, mended);
    kept.add(mended.id);
    before = mended;
  }
}
