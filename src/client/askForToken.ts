/** How a program that has no token gets one: it asks once, and its user decides in VS Code. */
import { asked, askingResult } from '../protocol/bridge.ts';
import { refusal } from './http.ts';

export interface AskOptions {
  /** Such as `http://127.0.0.1:61900`. */
  url: string;
  /** Shown to the user: one line of plain words. */
  name: string;
  scopes: readonly string[];
  /** Ends the waiting. */
  signal?: AbortSignal;
}

/** A person decides; a second more is nothing to wait for. */
const pollMs = 1000;

/**
 * Resolves to a token that is told this once, to be kept where only the user reads it. Throws `client_refused`,
 * `asking_unknown` when nobody decided within ten minutes, `too_many_asking`.
 */
export async function askForToken({ url, name, scopes, signal }: AskOptions): Promise<string> {
  const init = signal === undefined ? {} : { signal };
  const answer = await fetch(`${url}/v1/clients`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, scopes }),
    ...init,
  });
  if (!answer.ok) throw await refusal(answer);
  const { pending } = asked.parse(await answer.json());
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    signal?.throwIfAborted();
    const polled = await fetch(`${url}/v1/clients/${pending}`, init);
    if (!polled.ok) throw await refusal(polled);
    const result = askingResult.parse(await polled.json());
    if (result.state === 'approved') return result.token;
  }
}
