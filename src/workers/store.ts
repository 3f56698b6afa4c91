/** The store's worker thread: serves a `SqliteStore` over its port. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { SqliteStore } from '../store/sqlite/sqliteStore.ts';

const options = z
  .object({ file: z.string(), workspaceId: z.string(), key: z.instanceof(Uint8Array).optional() })
  .parse(workerData);

if (!parentPort) throw new Error('The store runs as a worker thread.');
const port = parentPort;

const store = SqliteStore.open({
  ...options,
  key: options.key,
  emit: (change) => send(change),
});

// Each call hears of a database that did not open; without any call nobody is to be told.
store.catch(() => undefined);

/** Calls wait until the database is open; opening that failed fails each of them. */
const target = new Proxy(
  {},
  {
    get:
      (_, method) =>
      async (...args: unknown[]) => {
        const opened = await store;
        const run: unknown = Reflect.get(opened, method);
        if (typeof run !== 'function') throw new TypeError(`No method ${String(method)} here.`);
        const result: unknown = await Reflect.apply(run, opened, args);
        return result;
      },
  },
);

const send = serveRpc(port, target, errorCodec);
