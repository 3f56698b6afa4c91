/** The register of workspaces as rows. Each method runs inside a transaction of its caller. */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { notFound } from '../../core/errors.ts';
import type {
  FolderFingerprint,
  ResolvedWorkspace,
  WorkspaceIdentity,
  WorkspaceRecord,
} from '../../core/register.ts';
import { canonicalUri, folderSet, isUnsaved } from '../../core/workspace/uri.ts';
import { type Known, recognise } from './recognition.ts';
import { workspaceColumns, workspaceOfRow } from './rows.ts';

/** Everything known of a workspace: what its sidecar holds and a rebuilt register gets. */
export interface WorkspaceEntry {
  record: WorkspaceRecord;
  formerUris: string[];
  /** Ids of workspaces whose sessions are shown with this one's. */
  kin: string[];
}

/** URI of a workspace whose place another one took; its sessions are shown with that one's. */
const mergedUri = (id: string): string => `causeway:merged/${id}`;

/** Takes the fields of an identity alone: a record is one too, and its id is not to spread. */
const canonicalIdentity = ({ uri, name, folders, fingerprint }: WorkspaceIdentity): WorkspaceIdentity => ({
  uri: canonicalUri(uri),
  name,
  folders: folders.map(canonicalUri),
  fingerprint,
});

export class WorkspaceTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  resolve(rawIdentity: WorkspaceIdentity, missingUris: readonly string[], now: number): ResolvedWorkspace {
    const identity = canonicalIdentity(rawIdentity);
    const known = this.byUri(identity.uri);
    const workspace: WorkspaceRecord = known
      ? opened(known, identity, now)
      : { ...identity, id: randomUUID(), createdAt: now, lastOpenedAt: now };
    this.put(workspace);
    if (!known) this.#linkUnsaved(workspace);
    const missing = new Set(missingUris.map(canonicalUri));
    return { ...this.around(workspace, missing), isNew: known === undefined };
  }

  /** What belongs to a workspace, without changing anything. */
  around(
    workspace: WorkspaceRecord,
    missing: ReadonlySet<string>,
  ): Pick<ResolvedWorkspace, 'workspace' | 'candidates' | 'related'> {
    const related = this.#related(workspace);
    const shown = new Set([workspace.id, ...related.map(({ id }) => id)]);
    const gone: Known[] = [...missing].flatMap((uri) => {
      const record = this.byUri(uri);
      return record && !shown.has(record.id) ? [{ record, formerUris: this.formerUris(record.id) }] : [];
    });
    return { workspace, candidates: recognise(workspace, gone), related };
  }

  reattach(workspaceId: string, rawIdentity: WorkspaceIdentity, now: number): WorkspaceRecord {
    const identity = canonicalIdentity(rawIdentity);
    const old = this.byId(workspaceId);
    if (!old) throw notFound('workspace', workspaceId);
    const holder = this.byUri(identity.uri);
    if (holder && holder.id !== old.id) {
      // The one that was made for the folder meanwhile may hold sessions; they are shown with the old ones from now on.
      this.put({ ...holder, uri: mergedUri(holder.id) });
      this.addFormerUri(holder.id, holder.uri, now);
      for (const other of this.kin(holder.id)) if (other !== old.id) this.addKin(old.id, other);
      this.addKin(old.id, holder.id);
    }
    if (old.uri !== identity.uri) this.addFormerUri(old.id, old.uri, now);
    const fingerprint = mergePrints(holder?.fingerprint, identity.fingerprint);
    const moved = opened(old, { ...identity, fingerprint }, now);
    this.put(moved);
    return moved;
  }

  list(): WorkspaceRecord[] {
    return this.#all(`SELECT ${workspaceColumns} FROM workspace ORDER BY last_opened_at DESC, id`);
  }

  byUri(uri: string): WorkspaceRecord | undefined {
    return this.#all(`SELECT ${workspaceColumns} FROM workspace WHERE uri = ?`, uri)[0];
  }

  byId(id: string): WorkspaceRecord | undefined {
    return this.#all(`SELECT ${workspaceColumns} FROM workspace WHERE id = ?`, id)[0];
  }

  entry(record: WorkspaceRecord): WorkspaceEntry {
    return { record, formerUris: this.formerUris(record.id), kin: this.kin(record.id) };
  }

  formerUris(id: string): string[] {
    return this.#texts('SELECT uri AS text FROM former_uri WHERE workspace_id = ? ORDER BY left_at', id);
  }

  kin(id: string): string[] {
    return this.#texts('SELECT other_id AS text FROM kin WHERE workspace_id = ? ORDER BY other_id', id);
  }

  put(record: WorkspaceRecord): void {
    const print = record.fingerprint;
    this.#db
      .prepare(
        `INSERT INTO workspace (${workspaceColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET uri = excluded.uri, name = excluded.name, folders = excluded.folders,
           folder_set = excluded.folder_set, inode = excluded.inode, birth_time_ms = excluded.birth_time_ms,
           git_root = excluded.git_root, folder_name = excluded.folder_name,
           last_opened_at = excluded.last_opened_at`,
      )
      .run(
        record.id,
        record.uri,
        record.name,
        JSON.stringify(record.folders),
        folderSet(record.folders),
        print?.inode ?? null,
        print?.birthTimeMs ?? null,
        print?.gitRoot ?? null,
        print?.folderName ?? null,
        record.createdAt,
        record.lastOpenedAt,
      );
  }

  addFormerUri(id: string, uri: string, at: number): void {
    this.#db
      .prepare(
        `INSERT INTO former_uri (workspace_id, uri, left_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET left_at = excluded.left_at`,
      )
      .run(id, uri, at);
  }

  addKin(id: string, otherId: string): void {
    this.#db.prepare('INSERT OR IGNORE INTO kin (workspace_id, other_id) VALUES (?, ?)').run(id, otherId);
  }

  /** A window of several folders gets a new URI when it is saved; the sessions of before stay with it for good. */
  #linkUnsaved(workspace: WorkspaceRecord): void {
    if (workspace.folders.length < 2) return;
    const same = this.#all(
      `SELECT ${workspaceColumns} FROM workspace WHERE folder_set = ? AND id <> ?`,
      folderSet(workspace.folders),
      workspace.id,
    );
    for (const { uri, id } of same) if (isUnsaved(uri)) this.addKin(workspace.id, id);
  }

  #related(workspace: WorkspaceRecord): WorkspaceRecord[] {
    const single = workspace.folders.map((uri) => this.byUri(uri));
    const kin = this.kin(workspace.id).map((id) => this.byId(id));
    const found = [...single, ...kin, ...this.#unsavedAround(workspace)];
    const byId = new Map(found.flatMap((record) => (record ? [[record.id, record]] : [])));
    byId.delete(workspace.id);
    return [...byId.values()];
  }

  /** A window of one folder also shows what was said while others were open beside it, unsaved. */
  #unsavedAround(workspace: WorkspaceRecord): WorkspaceRecord[] {
    const [folder, ...more] = workspace.folders;
    if (folder === undefined || more.length > 0 || workspace.uri !== folder) return [];
    return this.list().filter(({ uri, folders }) => isUnsaved(uri) && folders.includes(folder));
  }

  #all(sql: string, ...values: string[]): WorkspaceRecord[] {
    return this.#db
      .prepare(sql)
      .all(...values)
      .map(workspaceOfRow);
  }

  #texts(sql: string, ...values: string[]): string[] {
    return this.#db
      .prepare(sql)
      .all(...values)
      .map((row) => String(row.text));
  }
}

/** What is not known this time (git did not answer, the disk is slow) stays as it was last seen. */
const opened = (known: WorkspaceRecord, identity: WorkspaceIdentity, now: number): WorkspaceRecord => ({
  ...known,
  ...identity,
  fingerprint: mergePrints(known.fingerprint, identity.fingerprint),
  lastOpenedAt: now,
});

const mergePrints = (
  before: FolderFingerprint | undefined,
  after: FolderFingerprint | undefined,
): FolderFingerprint | undefined => (after ? { ...before, ...after } : before);
