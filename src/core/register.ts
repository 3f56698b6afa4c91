/**
 * The user's own database, one for all workspaces: the register of workspaces and the clients of the bridge.
 */
import type { Event } from '../base/emitter.ts';
import type { ClientLimits } from './limits/limits.ts';

/** What lets a moved folder be recognised. All fields are as the file system or git gave them when last seen. */
export interface FolderFingerprint {
  /** Inode and birth time in ms, where the file system has them. */
  inode?: string;
  birthTimeMs?: number;
  /** Hash of the first commit of the branch, for folders under git. */
  gitRoot?: string;
  folderName: string;
}

export interface WorkspaceIdentity {
  /** URI of the folder or the `.code-workspace` file; `causeway:no-folder` when nothing is open. */
  uri: string;
  name: string;
  /** URIs of the folders, one for a single-folder window. */
  folders: string[];
  fingerprint: FolderFingerprint | undefined;
}

export interface WorkspaceRecord extends WorkspaceIdentity {
  /** A UUID; names the workspace's database. */
  id: string;
  createdAt: number;
  lastOpenedAt: number;
}

export interface ResolvedWorkspace {
  workspace: WorkspaceRecord;
  /** True when this identity was not known before. */
  isNew: boolean;
  /** Known workspaces whose folder is gone and whose fingerprint fits: re-attaching may be offered. */
  candidates: WorkspaceRecord[];
  /** Workspaces of the single folders of a multi-root window, whose sessions are shown too. */
  related: WorkspaceRecord[];
}

export interface WorkspaceRegister {
  /**
   * Finds the workspace by URI, else makes one. `exists` tells whether the folder of a URI is still there.
   */
  resolve(identity: WorkspaceIdentity, missingUris: readonly string[]): Promise<ResolvedWorkspace>;
  /** All workspaces, last opened first. */
  list(): Promise<WorkspaceRecord[]>;
  /** Gives the old workspace, and so its sessions, to the folder where it is now. */
  reattach(workspaceId: string, identity: WorkspaceIdentity): Promise<WorkspaceRecord>;
}

/** What a client of the bridge may do. */
export const clientScopes = [
  'sessions:read',
  'sessions:write',
  'turns',
  'grounding',
  'models',
  'usage',
] as const;
export type ClientScope = (typeof clientScopes)[number];

export interface Client {
  id: string;
  name: string;
  scopes: ClientScope[];
  /** Workspace the token is for; absent for all of the user's workspaces. */
  workspaceId?: string;
  createdAt: number;
  lastUsedAt?: number;
  revokedAt?: number;
  /** From this moment on its token works no more; ms since the epoch, absent for one that has no end. */
  expiresAt?: number;
  /** When its token was last replaced by another. */
  rotatedAt?: number;
  limits?: ClientLimits;
  /** What all programs together may use; told with a client that was found by its token. */
  overall?: ClientLimits;
}

/** What a new client may be. */
export interface ClientInit {
  name: string;
  scopes: ClientScope[];
  workspaceId?: string;
  expiresAt?: number;
  limits?: ClientLimits;
}

/** Whether its token still works; what has expired is refused also where nobody has written it down yet. */
export const isActive = ({ revokedAt, expiresAt }: Client, now: number): boolean =>
  revokedAt === undefined && (expiresAt === undefined || now < expiresAt);

export interface ClientRegister {
  /** The token is returned once and kept only as its SHA-256 digest. */
  add(init: ClientInit): Promise<{ client: Client; token: string }>;
  /** The client of a token that is neither revoked nor expired. */
  find(token: string): Promise<Client | undefined>;
  list(): Promise<Client[]>;
  revoke(clientId: string): Promise<boolean>;
  /** Gives a client another token in place of the one it has, which ends. Throws `not_found` for one that is not active. */
  rotate(clientId: string): Promise<string>;
  /** Replaces all limits of a client, or of all programs together. Throws `not_found`, `invalid_input`. */
  limit(clientId: string | 'all', limits: ClientLimits): Promise<void>;
  overallLimits(): Promise<ClientLimits>;
  /** Fires with a client's id when this process has ended its token; other processes are not told. */
  readonly onDidRevoke: Event<string>;
  /** Fires when this process has changed somebody's limits; other processes are not told. */
  readonly onDidLimit: Event<void>;
}

/** Of what a program polls with that asks to be let in, so that it is told from a token. */
export const pendingPrefix = 'cwp_';

/** What is known of a program that asks to be let in. All of it is the program's own word but where it runs. */
export interface AskingInit {
  name: string;
  scopes: ClientScope[];
  /** Path of its executable, and the folder it runs in, where the platform tells. */
  program?: string;
  folder?: string;
}

export interface Asking extends AskingInit {
  id: string;
  /** When it asked; ms since the epoch. */
  at: number;
}

/** What became of a program's asking; the token is told once. */
export type AskingAnswer =
  | { state: 'pending' }
  | { state: 'refused' }
  | { state: 'approved'; client: Client; token: string };

/** Programs that ask to be let in. A handful at a time, for ten minutes each. */
export interface AskingRegister {
  /** `pending` is for the program alone, which polls with it, and is kept as its digest. Throws `too_many_asking`. */
  ask(init: AskingInit): Promise<{ asking: Asking; pending: string }>;
  /** Those that nobody has decided about, the first first. */
  list(): Promise<Asking[]>;
  /** Lets a program in as its user chose. Throws `not_found` for one that is decided or gone, `invalid_input`. */
  approve(id: string, init: ClientInit): Promise<void>;
  /** Throws `not_found`. */
  refuse(id: string): Promise<void>;
  /** Undefined for what is not known, was fetched, or has waited too long. */
  poll(pending: string): Promise<AskingAnswer | undefined>;
}

/**
 * Which key the session databases are encrypted with, agreed among all processes of the user, so that no two of them
 * make one each. The key itself is in the keyring; here is its fingerprint, a digest.
 */
export interface SessionKeyRegister {
  /** The fingerprint of the key that was agreed on and put into the keyring. */
  kept(): Promise<string | undefined>;
  /** The fingerprint that holds: this one, unless another was agreed on before. */
  agree(fingerprint: string): Promise<string>;
  /** The key is in the keyring; from now on the agreement outlives the process that made it. */
  keep(fingerprint: string): Promise<void>;
  /** Takes the agreement back; one on another key stays. */
  release(fingerprint: string): Promise<void>;
}

/** A request that its program may send again: by whom, and digests of the key it came with and of what it asked. */
export interface KeyedRequest {
  /** Id of the client, or `owner`. */
  client: string;
  key: string;
  fingerprint: string;
}

/** The turn that a request with a key is. */
export interface KeyedTurn {
  fingerprint: string;
  sessionId: string;
  turnId: string;
}

/** Which turns requests with a key became, so that one that is sent again is the same turn. */
export interface KeyedTurns {
  /** Undefined for a key that this client has not used, or used too long ago. */
  find(client: string, key: string): Promise<KeyedTurn | undefined>;
  /** Keeps the turn for the key, durably, unless there is one: resolves to the one that stands. */
  claim(request: KeyedRequest, turn: { sessionId: string; turnId: string }): Promise<KeyedTurn>;
  /** Forgets the key of a turn that never began, whose session is gone. */
  release(client: string, key: string, sessionId: string): Promise<void>;
}
