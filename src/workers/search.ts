/** The search worker's thread: reading and ranking a workspace takes longer than the host's thread may be held. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { WorkspaceSearch } from './workspaceSearch.ts';

if (!parentPort) throw new Error('The search runs as a worker thread.');
serveRpc(parentPort, new WorkspaceSearch(), errorCodec);
