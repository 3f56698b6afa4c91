/** The search worker's thread: reading and ranking a workspace takes longer than the host's thread may be held. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { traceOf } from '../base/trace.ts';
import { errorCodec } from '../core/errors.ts';
import type { WordNeighbours } from '../core/grounding/wordNeighbours.ts';
import { readNeighbours } from './readNeighbours.ts';
import { openSyntax } from './syntax/openSyntax.ts';
import { type SearchEvent, WorkspaceSearch } from './workspaceSearch.ts';

if (!parentPort) throw new Error('The search runs as a worker thread.');
let reading: Promise<WordNeighbours | undefined> | undefined;
// The table lies beside the worker, and is read when something is asked.
const neighbours = () => (reading ??= readNeighbours(new URL('./vectors/words.bin', import.meta.url)));
/** Another worker has the ending of this one, bundled or not. */
const beside = (name: string) =>
  new URL(`./${name}${/\.\w+$/.exec(import.meta.url)?.[0] ?? ''}`, import.meta.url);
const cut = openSyntax(beside('syntax'), (error) =>
  tell({
    type: 'problem',
    message: 'The parser ended. Files are cut by their lines where it does not come back.',
    trace: traceOf(error),
  }),
);
const tell: (event: SearchEvent) => void = serveRpc(
  parentPort,
  new WorkspaceSearch({}, neighbours, (event) => tell(event), cut),
  errorCodec,
);
