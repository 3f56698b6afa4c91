/** The recall worker's thread: reading a log and indexing it takes longer than the host's thread may be held. */
import { MessagePort, parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { RecallSearch } from './recallSearch.ts';

if (!parentPort) throw new Error('Recall runs as a worker thread.');
const search = new RecallSearch((line) => tell(line), Promise.resolve(undefined));
const tell = serveRpc(parentPort, search, errorCodec);

/** A port cannot be an argument of a call, as it must be handed over. */
parentPort.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('port' in message) || !('place' in message))
    return;
  const { place, port } = message;
  if (typeof place === 'number' && port instanceof MessagePort) search.link(place, port);
});
