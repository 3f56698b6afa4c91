/** The thread that parses files for the search: parsing takes longer than indexing, and there is mostly a second core. */
import { parentPort } from 'node:worker_threads';
import { serveRpc } from '../base/rpc.ts';
import { errorCodec } from '../core/errors.ts';
import { grammarsFolder } from './syntax/grammars.ts';
import { Syntax } from './syntax/syntax.ts';

if (!parentPort) throw new Error('The parser runs as a worker thread.');
serveRpc(parentPort, new Syntax(grammarsFolder(import.meta.url)), errorCodec);
