/** The token counter's worker thread: loading the vocabulary takes longer than the host's thread may be held. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { ClaudeVocabulary } from './claudeVocabulary.ts';

if (!parentPort) throw new Error('The token counter runs as a worker thread.');
serveRpc(parentPort, new ClaudeVocabulary(), errorCodec);
