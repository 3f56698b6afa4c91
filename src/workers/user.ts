/** The worker thread of the user's database: serves a `UserStore` over its port. */
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { UserStore } from '../store/user/userStore.ts';

const { file } = z.object({ file: z.string() }).parse(workerData);
if (!parentPort) throw new Error('The user database runs as a worker thread.');
serveRpc(parentPort, new UserStore(file), errorCodec);
