/**
 * A process that appends through the store's worker, as a window does: `node traced.ts FILE WORKER COUNT`.
 * It writes `entry N` synchronously when an append was acknowledged.
 */
import { writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { openSessionStore } from '../../src/store/openSessionStore.ts';

const [file = '', worker = '', count = ''] = process.argv.slice(2);
const store = openSessionStore({ file, workspaceId: 'w', workerUrl: pathToFileURL(worker) });
const { id } = await store.create({ door: 'cli' });
for (let number = 1; number <= Number(count); number++) {
  await store.append(id, [
    { kind: 'title', id: crypto.randomUUID(), at: Date.now(), door: 'cli', title: `Title ${number}` },
  ]);
  writeSync(1, `entry ${number}\n`);
}
await store.close();
