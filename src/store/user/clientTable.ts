/** The clients of the bridge as rows. Each method runs inside a transaction of its caller. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Client } from '../../core/register.ts';
import type { ClientInit } from './clientInit.ts';
import { clientColumns, clientOfRow } from './rows.ts';
import { digestOf, newToken, sameDigest } from './tokens.ts';

/** A request is not to cost a write; the time of last use is right to a minute, in ms. */
const lastUsedStepMs = 60_000;

export class ClientTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  add(init: ClientInit, now: number): { client: Client; token: string } {
    const token = newToken();
    const client: Client = { id: randomUUID(), createdAt: now, ...init };
    this.put(client, digestOf(token));
    return { client, token };
  }

  /** Compares with every client, so that neither the order nor an index tells how near a guess was. */
  find(token: string): Client | undefined {
    const digest = digestOf(token);
    let found: Client | undefined;
    for (const { client, tokenHash } of this.all()) {
      if (sameDigest(digest, tokenHash) && client.revokedAt === undefined) found = client;
    }
    return found;
  }

  /** Whether the use is worth a write. */
  isUseNews(client: Client, now: number): boolean {
    return client.lastUsedAt === undefined || Math.abs(now - client.lastUsedAt) >= lastUsedStepMs;
  }

  used(id: string, now: number): void {
    this.#db.prepare('UPDATE client SET last_used_at = ? WHERE id = ?').run(now, id);
  }

  list(): Client[] {
    return this.all().map(({ client }) => client);
  }

  revoke(id: string, now: number): boolean {
    const { changes } = this.#db
      .prepare('UPDATE client SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL')
      .run(now, id);
    return Number(changes) > 0;
  }

  all(): { client: Client; tokenHash: string }[] {
    return this.#db
      .prepare(`SELECT ${clientColumns} FROM client ORDER BY created_at DESC, id`)
      .all()
      .map(clientOfRow);
  }

  put(client: Client, tokenHash: string): void {
    this.#db
      .prepare(`INSERT INTO client (${clientColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        client.id,
        client.name,
        JSON.stringify(client.scopes),
        client.workspaceId ?? null,
        tokenHash,
        client.createdAt,
        client.lastUsedAt ?? null,
        client.revokedAt ?? null,
      );
  }
}
