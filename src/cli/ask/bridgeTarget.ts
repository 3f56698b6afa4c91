import type { BridgeClient } from '../../client/client.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import { isWholeId, theOne } from '../ids.ts';
import type { AskTarget } from './target.ts';

const latestCount = 20;
/** The most sessions the bridge gives in one answer. */
const pageSize = 200;

/** Turns run in the process of the bridge, live in every window that shows the session. */
export function bridgeTarget(client: BridgeClient): AskTarget {
  const { sessions } = client;
  return {
    async find(wanted) {
      if (isWholeId(wanted)) return (await sessions.get(wanted, { limit: 1 })).session;
      return theOne('session', wanted, await all(client));
    },
    newest: async () => (await sessions.list({ limit: 1 })).sessions[0],
    create: () => sessions.create(),
    latest: async (sessionId) => (await sessions.get(sessionId, { limit: latestCount })).entries,
    async *ask(sessionId, question, stop) {
      const abort = new AbortController();
      let begun = false;
      const onStop = () => {
        // A turn that waits is taken back by going away; one that runs is stopped, so that its end is still told.
        if (!begun) return abort.abort();
        client.stop(sessionId).then(
          (stopped) => stopped || abort.abort(),
          () => abort.abort(),
        );
      };
      stop.addEventListener('abort', onStop, { once: true });
      try {
        if (stop.aborted) return;
        for await (const event of client.turn(sessionId, question, { signal: abort.signal })) {
          if (event.type === 'turn.started') begun = true;
          yield event;
        }
      } catch (error) {
        if (!abort.signal.aborted) throw error;
      } finally {
        stop.removeEventListener('abort', onStop);
      }
    },
    // The bridge has no way to take a session back; an empty one is harmless.
    discard: async () => undefined,
    close: async () => undefined,
  };
}

async function all({ sessions }: BridgeClient): Promise<SessionSummary[]> {
  const found: SessionSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await sessions.list({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.sessions);
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}
