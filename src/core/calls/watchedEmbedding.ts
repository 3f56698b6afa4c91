/** Keeps what recall asks of an embedding model in the log of calls. */
import { CausewayError, toErrorInfo } from '../errors.ts';
import { costOf, noUsage } from '../providers/prices.ts';
import type { EmbeddingAnswer, Price } from '../providers/provider.ts';
import { type LoggedCall, loggedModel } from '../relay.ts';
import { type CallKeeping, isPrivate } from './watchedTurn.ts';

interface EmbeddingCall {
  provider: string;
  model: string;
  /** Absent when it is not known. */
  price: Price | undefined;
  /** Whose texts they are. A private session leaves nothing on disk, this neither. */
  sessionId: string;
  /** Aborts where nobody waits for it any more. */
  signal: AbortSignal;
}

/** Rejects as `ask` does. The call is kept behind the answer. */
export async function watchedEmbedding(
  { calls, clock, store }: CallKeeping,
  { provider, model, price, sessionId, signal }: EmbeddingCall,
  ask: () => Promise<EmbeddingAnswer>,
): Promise<EmbeddingAnswer> {
  const at = clock.now();
  const from = clock.monotonic();
  const tell = async (end: Pick<LoggedCall, 'outcome' | 'usage' | 'error'>) => {
    if (!calls) return;
    const totalMs = clock.monotonic() - from;
    if (await isPrivate(store, sessionId)) return;
    const cost = end.usage && costOf(end.usage, price);
    calls.add({
      ...{ at, client: 'owner', wire: 'core', operation: 'recall' },
      ...{ provider, model: loggedModel(provider, model), session: sessionId, stream: false },
      status: end.outcome === 'done' ? 200 : 0,
      ...end,
      ...(cost === undefined ? {} : { cost }),
      totalMs,
    });
  };
  try {
    const answer = await ask();
    const usage = answer.tokens === undefined ? undefined : { ...noUsage, inputTokens: answer.tokens };
    void tell({ outcome: 'done', ...(usage ? { usage } : {}) });
    return answer;
  } catch (error) {
    const isOurs = error instanceof CausewayError;
    void tell({
      outcome: signal.aborted ? 'aborted' : 'failed',
      ...(isOurs && !signal.aborted ? { error: toErrorInfo(error).code } : {}),
    });
    throw error;
  }
}
