/** The recall worker's thread: reading a log and indexing it takes longer than the host's thread may be held. */
import { readFile } from 'node:fs/promises';
import { MessagePort, parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { traceOf } from '../base/trace.ts';
import { errorCodec } from '../core/errors.ts';
import { WordVectors } from '../core/recall/wordVectors.ts';
import { RecallSearch } from './recallSearch.ts';

if (!parentPort) throw new Error('Recall runs as a worker thread.');
const search = new RecallSearch((line) => tell(line), wordVectors());
const tell = serveRpc(parentPort, search, errorCodec);

/** A port cannot be an argument of a call, as it must be handed over. */
parentPort.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('port' in message) || !('place' in message))
    return;
  const { place, port } = message;
  if (typeof place === 'number' && port instanceof MessagePort) search.link(place, port);
});

/** The table lies beside the worker. Without it words alone count, as a part of an installation may be missing. */
async function wordVectors(): Promise<WordVectors | undefined> {
  try {
    return new WordVectors(await readFile(new URL('./vectors/words.bin', import.meta.url)));
  } catch (error) {
    tell(`Recall goes by words alone, as the table of meanings could not be read: ${traceOf(error)}`);
    return undefined;
  }
}
