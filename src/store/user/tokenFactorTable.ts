/** What was learned of models' tokens. Derived from responses, so that a row that cannot be read is left out. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

const factorRow = z.object({ model: z.string(), factor: z.number().positive() });

export class TokenFactorTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  list(): Map<string, number> {
    const rows = this.#db.prepare('SELECT model, factor FROM token_factor').all();
    return new Map(
      rows.flatMap((raw) => {
        const { data } = factorRow.safeParse(raw);
        return data ? [[data.model, data.factor] as const] : [];
      }),
    );
  }

  put(model: string, factor: number): void {
    this.#db
      .prepare('INSERT INTO token_factor VALUES (?, ?) ON CONFLICT (model) DO UPDATE SET factor = ?2')
      .run(model, factor);
  }
}
