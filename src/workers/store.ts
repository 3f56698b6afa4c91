/** The store's worker thread: serves a `SqliteStore` over its port. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { serveRpc } from '../base/rpc.ts';
import { CausewayError, errorCodec, storeUnavailable } from '../core/errors.ts';
import type { StoreChange } from '../core/session/store.ts';
import { SqliteStore } from '../store/sqlite/sqliteStore.ts';
import { isSqliteError } from '../store/sqliteErrors.ts';
import { StoreLinks } from '../store/storeLinks.ts';

const options = z
  .object({ file: z.string(), workspaceId: z.string(), key: z.instanceof(Uint8Array).optional() })
  .parse(workerData);

if (!parentPort) throw new Error('The store runs as a worker thread.');
const port = parentPort;

let store: Promise<SqliteStore> | undefined;

/** A database that did not open, on a full disk for instance, is tried again with the next call. */
function opened(): Promise<SqliteStore> {
  store ??= open().catch((error: unknown) => {
    store = undefined;
    throw error;
  });
  return store;
}

async function open(): Promise<SqliteStore> {
  try {
    return await SqliteStore.open({ ...options, key: options.key, emit });
  } catch (error) {
    throw error instanceof CausewayError ? error : storeUnavailable(error);
  }
}

/** Calls wait until the database is open; opening that failed fails each of them. */
const target = new Proxy(
  {},
  {
    get:
      (_, method) =>
      async (...args: unknown[]) => {
        const served = await opened();
        const run: unknown = Reflect.get(served, method);
        if (typeof run !== 'function') throw new TypeError(`No method ${String(method)} here.`);
        try {
          const result: unknown = await Reflect.apply(run, served, args);
          return result;
        } catch (error) {
          throw isSqliteError(error) ? storeUnavailable(error) : error;
        }
      },
  },
);

const send = serveRpc(port, target, errorCodec);
const links = new StoreLinks(target);
port.on('message', (message) => links.take(message));

function emit(change: StoreChange): void {
  send(change);
  links.tell(change);
}
