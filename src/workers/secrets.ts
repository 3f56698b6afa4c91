/** The secret scanner's worker thread: its rules are a hundred patterns over each text that would be sent. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { SecretRules } from './secretRules.ts';

/*
 * secretlint notes each step of each rule for a profiler that nobody asks, and keeps all notes: some sixty for each text,
 * which took twice as long as the rules, and some 50 kB of memory that never came back. Nothing else is measured in this thread.
 */
Object.defineProperty(performance, 'mark', { value: () => undefined });

if (!parentPort) throw new Error('The secret scanner runs as a worker thread.');
serveRpc(parentPort, new SecretRules(), errorCodec);
