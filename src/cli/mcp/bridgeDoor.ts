/** Posts messages to a bridge. In a file of its own, so that its client of HTTP is loaded only where a bridge runs. */
import { Agent, fetch } from 'undici';
import { unreachable } from '../../client/errors.ts';
import type { Answer, Posted } from './doors.ts';

export interface BridgeDoor {
  /** Throws `bridge_unreachable`, and the signal's reason once that aborts. */
  post(bridge: { url: string; token: string }, message: Posted, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export function bridgeDoor(): BridgeDoor {
  // A long answer may say nothing for minutes; who waits for it decides how long, and the way is this machine.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  return {
    post: ({ url, token }, { text: body, headers }, signal) =>
      fetch(`${url}/mcp`, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${token}` },
        body,
        signal,
        // A token goes to the bridge alone, wherever its answer might point.
        redirect: 'error',
        dispatcher,
      }).catch((error: unknown) => {
        if (signal.aborted) throw error;
        throw unreachable(url, error);
      }),
    close: () => dispatcher.destroy(),
  };
}
