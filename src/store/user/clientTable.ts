/** The clients of the bridge as rows. Each method runs inside a transaction of its caller. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { ClientLimits } from '../../core/limits/limits.ts';
import { type Client, type ClientInit, isActive } from '../../core/register.ts';
import { clientOfRow, limitsText } from './rows.ts';
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
    const overall = found && this.overallLimits();
    return found && overall && Object.keys(overall).length > 0 ? { ...found, overall } : found;
  }

  /** The token that takes the place of an active client's own; undefined for any other. */
  rotate(id: string, now: number): string | undefined {
    const client = this.list().find((one) => one.id === id);
    if (!client || !isActive(client, now)) return undefined;
    const token = newToken();
    // Each rotation has a time of its own: by it open streams of the old token are told from those of the new one.
    const rotatedAt = Math.max(now, (client.rotatedAt ?? 0) + 1);
    this.#db
      .prepare('UPDATE client SET token_hash = ?, rotated_at = ? WHERE id = ?')
      .run(digestOf(token), rotatedAt, id);
    return token;
  }

  limit(id: string, limits: ClientLimits): boolean {
    const { changes } = this.#db
      .prepare('UPDATE client SET limits = ? WHERE id = ?')
      .run(JSON.stringify(limits), id);
    return Number(changes) > 0;
  }

  limitAll(limits: ClientLimits): void {
    this.#db
      .prepare(
        'INSERT INTO overall_limit VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET limits = excluded.limits',
      )
      .run(JSON.stringify(limits));
  }

  overallLimits(): ClientLimits {
    const row = this.#db.prepare('SELECT limits FROM overall_limit').get();
    return row === undefined ? {} : limitsText.parse(row.limits);
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
    return this.#db.prepare('SELECT * FROM client ORDER BY created_at DESC, id').all().map(clientOfRow);
  }

  put(client: Client, tokenHash: string): void {
    this.#db
      .prepare(
        `INSERT INTO client (id, name, scopes, workspace_id, token_hash, created_at, last_used_at, revoked_at,
           expires_at, rotated_at, limits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        client.id,
        client.name,
        JSON.stringify(client.scopes),
        client.workspaceId ?? null,
        tokenHash,
        client.createdAt,
        client.lastUsedAt ?? null,
        client.revokedAt ?? null,
        client.expiresAt ?? null,
        client.rotatedAt ?? null,
        JSON.stringify(client.limits ?? {}),
      );
  }
}
