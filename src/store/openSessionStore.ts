/** The session store as the main thread sees it: a worker that starts with the first call. */

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { Emitter, type Event } from '../base/emitter.ts';
import { connectRpc, type RpcClient } from '../base/rpc.ts';
import { errorCodec, storeUnavailable } from '../core/errors.ts';
import type { SessionStore, StoreChange } from '../core/session/store.ts';
import { isOfKind } from './isOfKind.ts';
import type { SqliteStore } from './sqlite/sqliteStore.ts';

export interface SessionStoreLocation {
  /** Path of the database; its folder is made when it is missing. */
  file: string;
  workspaceId: string;
  /** The bundled worker. */
  workerUrl: URL;
  /** 32 bytes when the database is encrypted. */
  key?: Uint8Array;
}

/** A store that other threads can ask too, past the main one. */
export interface LinkedSessionStore extends SessionStore {
  /**
   * A port to the store's worker, for a thread of ours: it serves `RecallSource` and tells `RecallNews`, and closes when
   * the worker ends. Throws `store_unavailable` after `close()`.
   */
  link(): MessagePort;
  /** The worker ended unasked: a link from before is dead, and the next call or link starts another. */
  readonly onDidEnd: Event<void>;
}

/**
 * Does no I/O until the first call. When the worker dies, calls under way reject with `store_unavailable` and the next
 * one starts another. After `close()` the process can end, and calls reject.
 */
export function openSessionStore(location: SessionStoreLocation): LinkedSessionStore {
  const changes = new Emitter<StoreChange>();
  const ended = new Emitter<void>();
  let worker: Worker | undefined;
  let client: RpcClient<SqliteStore> | undefined;
  let key = location.key;
  let isClosed = false;

  const start = (): RpcClient<SqliteStore> => {
    if (client) return client;
    const { file, workspaceId } = location;
    const started = new Worker(location.workerUrl, { workerData: { file, workspaceId, key } });
    const connected = connectRpc<SqliteStore, ReturnType<typeof errorCodec.encode>>(
      started,
      errorCodec,
      (event) =>
        // The worker is our own bundle, so what it sends is not parsed again.
        changes.fire(event as StoreChange),
    );
    const fail = (cause: unknown) => {
      connected.fail(storeUnavailable(cause));
      if (client !== connected) return;
      client = undefined;
      ended.fire();
    };
    started.on('error', fail);
    started.on('exit', (code) => fail(new Error(`The store's worker ended with code ${code}.`)));
    worker = started;
    client = connected;
    return connected;
  };
  const remote = () => start().remote;

  return {
    onDidChange: changes.event,
    onDidEnd: ended.event,
    link() {
      if (isClosed) throw storeUnavailable(new Error('The store was closed.'));
      start();
      const { port1, port2 } = new MessageChannel();
      worker?.postMessage({ kind: 'link', port: port1 }, [port1]);
      return port2;
    },
    status: () => remote().status(),
    create: (init) => remote().create(init),
    list: (options) => remote().list(options),
    get: (sessionId) => remote().get(sessionId),
    append: (sessionId, drafts) => remote().append(sessionId, drafts),
    entry: (sessionId, entryId) => remote().entry(sessionId, entryId),
    path: (sessionId, options) => remote().path(sessionId, options),
    log: (sessionId, options) => remote().log(sessionId, options),
    links: (sessionId, options) => remote().links(sessionId, options),
    entries: (sessionId, ids) => remote().entries(sessionId, ids),
    lineage: (sessionId, options) => remote().lineage(sessionId, options),
    ofKinds: async (sessionId, kinds) => {
      const entries = await remote().ofKinds(sessionId, kinds);
      return entries.filter((entry) => isOfKind(entry, kinds));
    },
    fork: (sessionId, entryId, init) => remote().fork(sessionId, entryId, init),
    share: (sessionId, shared) => remote().share(sessionId, shared),
    trash: (sessionId) => remote().trash(sessionId),
    restore: (sessionId) => remote().restore(sessionId),
    purge: (sessionId) => remote().purge(sessionId),
    search: (query, options) => remote().search(query, options),
    draft: (sessionId) => remote().draft(sessionId),
    setDraft: (sessionId, draft) => remote().setDraft(sessionId, draft),
    keepDraftMedia: (sessionId, uri, bytes) => remote().keepDraftMedia(sessionId, uri, bytes),
    draftMedia: (sessionId, uri) => remote().draftMedia(sessionId, uri),
    exportSession: (sessionId) => remote().exportSession(sessionId),
    importSession: (jsonl) => remote().importSession(jsonl),
    submitTurn: (user, sessionId, by) => remote().submitTurn(user, sessionId, by),
    promote: (sessionId) => remote().promote(sessionId),
    withdraw: (turnId) => remote().withdraw(turnId),
    queue: (sessionId) => remote().queue(sessionId),
    turn: (sessionId, turnId) => remote().turn(sessionId, turnId),
    liveTurn: (sessionId) => remote().liveTurn(sessionId),
    checkpoint: (turnId, content) => remote().checkpoint(turnId, content),
    appendInTurn: (turnId, drafts) => remote().appendInTurn(turnId, drafts),
    finishTurn: (turnId, draft) => remote().finishTurn(turnId, draft),
    async setEncryption(next) {
      await remote().setEncryption(next);
      key = next;
    },
    async unlock(given) {
      const status = await remote().unlock(given);
      if (status.mode !== 'locked') key = given;
      return status;
    },
    backup: () => remote().backup(),
    async close() {
      isClosed = true;
      const last = client;
      client = closedClient();
      // A store that did not open has nothing to close; what was acknowledged is durable in any case.
      await last?.remote.close().catch(() => undefined);
      await worker?.terminate();
      changes.dispose();
      ended.dispose();
    },
  };
}

/** Rejects every call, so that none starts a worker that nobody would end. */
function closedClient(): RpcClient<SqliteStore> {
  const client = connectRpc<SqliteStore, ReturnType<typeof errorCodec.encode>>(
    { postMessage: () => undefined, on: () => undefined },
    errorCodec,
  );
  client.fail(storeUnavailable(new Error('The store was closed.')));
  return client;
}
