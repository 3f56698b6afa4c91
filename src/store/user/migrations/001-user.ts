import type { DatabaseSync } from 'node:sqlite';

/** Workspaces with what recognises their folders, and the clients of the bridge. */
export function createUserTables(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE workspace (
      id TEXT PRIMARY KEY,
      uri TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      folders TEXT NOT NULL,
      folder_set TEXT NOT NULL,
      inode TEXT,
      birth_time_ms REAL,
      git_root TEXT,
      folder_name TEXT,
      created_at INTEGER NOT NULL,
      last_opened_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX workspace_by_folders ON workspace (folder_set);
    CREATE TABLE former_uri (
      workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
      uri TEXT NOT NULL,
      left_at INTEGER NOT NULL,
      PRIMARY KEY (workspace_id, uri)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE kin (
      workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
      other_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
      PRIMARY KEY (workspace_id, other_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE client (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      workspace_id TEXT,
      token_hash TEXT NOT NULL UNIQUE,
      created_at INTEGER NOT NULL,
      last_used_at INTEGER,
      revoked_at INTEGER
    ) STRICT, WITHOUT ROWID;
  `);
}
