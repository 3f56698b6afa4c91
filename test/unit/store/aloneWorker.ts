/** Does the work of a lock's holder in a thread of its own. */
import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { alone } from '../../../src/store/alone.ts';

const { lock, released } = z.object({ lock: z.string(), released: z.string() }).parse(workerData);
parentPort?.postMessage('asks');
parentPort?.postMessage(alone(lock, () => (existsSync(released) ? 'waited' : 'did not wait')));
