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

/** What is made for one file is not needed for the next. */
const youngMegabytes = 12;

/**
 * How long a file is waited for, in ms. The parser gives up by itself after a fraction of a second, so that what takes
 * longer hangs; a thread has to read its grammars first, on a machine that may do other things.
 */
const patience = { fileMs: 5000, firstMs: 30_000 };

/** `onDeath` is told each time that the thread ends by itself, or is ended because a file hangs. */
export function openSyntax(
  workerUrl: URL,
  onDeath: (error: Error) => void,
  { fileMs, firstMs } = patience,
): CutBySyntax {
  let deaths = 0;
  let hasAnswered = false;
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  const died = (error: Error) => {
    deaths++;
    hasAnswered = false;
    onDeath(error);
  };
  const worker = new LazyWorker<Syntax>(workerUrl, died, { restarts: true, youngMegabytes });
  /** Files are parsed one after the other, so that each answer is followed by the time of the next file. */
  const watch = () => {
    clearTimeout(timer);
    if (waiting === 0) return;
    const ms = hasAnswered ? fileMs : firstMs;
    timer = setTimeout(() => {
      // Who waits is answered by the death.
      void worker.end(new Error(`A file was not parsed within ${ms} ms.`));
    }, ms).unref();
  };
  const cut = async (path: string, text: string): Promise<Chunk[] | undefined> => {
    if (waiting++ === 0) watch();
    try {
      const chunks = await worker.call((remote) => remote.cut(path, text));
      hasAnswered = true;
      return chunks;
    } catch {
      return undefined;
    } finally {
      waiting--;
      watch();
    }
  };
  return (path, text) =>
    grammarOf(path) === undefined || text.length > mostText || deaths >= mostDeaths
      ? undefined
      : cut(path, text);
}
