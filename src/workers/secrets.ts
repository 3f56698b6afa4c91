/** The secret scanner's worker thread: its rules are a hundred patterns over each text that would be sent. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { SecretRules } from './secretRules.ts';

if (!parentPort) throw new Error('The secret scanner runs as a worker thread.');
serveRpc(parentPort, new SecretRules(), errorCodec);
