import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type Draft, draft as draftSchema, isEmptyDraft } from '../../protocol/session.ts';
import type { PayloadCodec } from './codec.ts';
import { holds, rowSum } from './rowSum.ts';

/** The columns that a draft's checksum covers. */
export const draftColumns = ['session_id', 'codec'];

const row = z.object({ session_id: z.string(), codec: z.number(), payload: z.instanceof(Uint8Array) });

/** What the user has typed and not sent, one for each session. */
export class Drafts {
  readonly #db: DatabaseSync;
  readonly #codec: PayloadCodec;

  constructor(db: DatabaseSync, codec: PayloadCodec) {
    this.#db = db;
    this.#codec = codec;
  }

  get(sessionId: string): Draft | undefined {
    const raw = this.#db.prepare('SELECT * FROM draft WHERE session_id = ?').get(sessionId);
    return raw === undefined ? undefined : this.#read(raw);
  }

  set(sessionId: string, draft: Draft | undefined): void {
    if (!draft || isEmptyDraft(draft)) {
      this.#db.prepare('DELETE FROM draft WHERE session_id = ?').run(sessionId);
      return;
    }
    const { codec, payload } = this.#codec.encode(draft, `draft:${sessionId}`);
    this.#db
      .prepare(
        `INSERT INTO draft VALUES (?, ?, ?, ?) ON CONFLICT (session_id)
         DO UPDATE SET codec = excluded.codec, crc = excluded.crc, payload = excluded.payload`,
      )
      .run(sessionId, codec, rowSum([sessionId, codec], payload), payload);
  }

  recode(target: PayloadCodec): void {
    const update = this.#db.prepare('UPDATE draft SET codec = ?, crc = ?, payload = ? WHERE session_id = ?');
    for (const raw of this.#db.prepare('SELECT * FROM draft').all()) {
      const sessionId = String(raw.session_id);
      const { codec, payload } = target.encode(this.#read(raw), `draft:${sessionId}`);
      update.run(codec, rowSum([sessionId, codec], payload), payload, sessionId);
    }
  }

  #read(raw: Record<string, unknown>): Draft {
    if (!holds(raw, draftColumns)) throw new Error('The draft does not match its checksum.');
    const value = row.parse(raw);
    return draftSchema.parse(this.#codec.decode(value, `draft:${value.session_id}`));
  }
}
