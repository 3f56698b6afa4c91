/** The search worker's thread: reading and ranking a workspace takes longer than the host's thread may be held. */
import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { WordNeighbours } from '../core/grounding/wordNeighbours.ts';
import { WorkspaceSearch } from './workspaceSearch.ts';

if (!parentPort) throw new Error('The search runs as a worker thread.');
serveRpc(parentPort, new WorkspaceSearch({}, wordNeighbours()), errorCodec);

/** The table lies beside the worker. Without it synonyms alone help, as a part of an installation may be missing. */
async function wordNeighbours(): Promise<WordNeighbours | undefined> {
  try {
    return new WordNeighbours(await readFile(new URL('./vectors/words.bin', import.meta.url)));
  } catch {
    return undefined;
  }
}
