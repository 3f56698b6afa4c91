/** The parser's thread as the search sees it. */
import type { Chunk } from '../../core/grounding/chunks.ts';
import { LazyWorker } from '../lazyWorker.ts';
import { grammarOf } from './grammars.ts';
import type { Syntax } from './syntax.ts';

/** Undefined where a file is to be cut by its lines; `tried` tells whether it has a grammar. Never rejects. */
export type CutBySyntax = (path: string, text: string) => Promise<Chunk[] | undefined> | undefined;

/** Characters; what is longer is rarely written by hand, and its tree takes a hundred times its room. */
const mostText = 200_000;

/** A thread that dies is followed by another with the next file. */
export function openSyntax(workerUrl: URL): CutBySyntax {
  const worker = new LazyWorker<Syntax>(workerUrl, () => undefined, { restarts: true });
  return (path, text) => {
    if (grammarOf(path) === undefined || text.length > mostText) return undefined;
    return worker.call((remote) => remote.cut(path, text)).catch(() => undefined);
  };
}
