/** The search worker's thread: reading and ranking a workspace takes longer than the host's thread may be held. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import type { WordNeighbours } from '../core/grounding/wordNeighbours.ts';
import { readNeighbours } from './readNeighbours.ts';
import { WorkspaceSearch } from './workspaceSearch.ts';

if (!parentPort) throw new Error('The search runs as a worker thread.');
let reading: Promise<WordNeighbours | undefined> | undefined;
// The table lies beside the worker, and is read when something is asked.
const neighbours = () => (reading ??= readNeighbours(new URL('./vectors/words.bin', import.meta.url)));
const tell = serveRpc(parentPort, new WorkspaceSearch({}, neighbours, (event) => tell(event)), errorCodec);
