/** The user's standing instructions. Each method runs inside a transaction of its caller. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

export const directiveColumns = 'id, text, at';

const directiveRow = z.object({ id: z.uuid(), text: z.string().min(1), at: z.number().int() });

export interface UserDirective {
  directiveId: string;
  text: string;
  /** Milliseconds since the Unix epoch. */
  at: number;
}

/** Throws for a row that is not what was written. */
export function directiveOfRow(raw: unknown): UserDirective {
  const { id, text, at } = directiveRow.parse(raw);
  return { directiveId: id, text, at };
}

export class DirectiveTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Oldest first. */
  list(): UserDirective[] {
    return this.#db
      .prepare(`SELECT ${directiveColumns} FROM user_directive ORDER BY at, id`)
      .all()
      .map(directiveOfRow);
  }

  /** One of the same id is written anew. */
  put({ directiveId, text, at }: UserDirective): void {
    this.#db
      .prepare(
        'INSERT INTO user_directive VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET text = ?2, at = ?3',
      )
      .run(directiveId, text, at);
  }

  remove(directiveId: string): void {
    this.#db.prepare('DELETE FROM user_directive WHERE id = ?').run(directiveId);
  }
}
