/** The parser's thread as the search sees it. */
import type { Chunk } from '../../core/grounding/chunks.ts';
import { LazyWorker } from '../lazyWorker.ts';
import { grammarOf } from './grammars.ts';
import type { Syntax } from './syntax.ts';

/**
 * Undefined at once for a file that has no grammar, later for one that could not be parsed: both are cut by their lines.
 * Never rejects.
 */
export type CutBySyntax = (path: string, text: string) => Promise<Chunk[] | undefined> | undefined;

/** Characters; what is longer is rarely written by hand, and its tree takes a hundred times its room. */
const mostText = 200_000;
/** A thread that died of a file may do better with the next one; one that dies so often has no future. */
const mostDeaths = 3;

/** `onDeath` is told each time that the thread ends by itself. */
export function openSyntax(workerUrl: URL, onDeath: (error: Error) => void): CutBySyntax {
  let deaths = 0;
  const died = (error: Error) => {
    deaths++;
    onDeath(error);
  };
  const worker = new LazyWorker<Syntax>(workerUrl, died, { restarts: true });
  return (path, text) => {
    if (grammarOf(path) === undefined || text.length > mostText || deaths >= mostDeaths) return undefined;
    return worker.call((remote) => remote.cut(path, text)).catch(() => undefined);
  };
}
