/** The search worker's thread: reading and ranking a workspace takes longer than the host's thread may be held. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { readNeighbours } from './readNeighbours.ts';
import { WorkspaceSearch } from './workspaceSearch.ts';

if (!parentPort) throw new Error('The search runs as a worker thread.');
// The table lies beside the worker.
const neighbours = readNeighbours(new URL('./vectors/words.bin', import.meta.url));
serveRpc(parentPort, new WorkspaceSearch({}, neighbours), errorCodec);
