import type { Assistant } from '../core/assistant.ts';
import type { SessionInit } from '../core/session/store.ts';

/** Begins something in a session of its own. Where that is refused, nobody is told of the session, and it is not kept. */
export async function inNewSession<T>(
  assistant: Assistant,
  init: SessionInit,
  begin: (sessionId: string) => Promise<T>,
): Promise<T> {
  const { id } = await assistant.createSession(init);
  try {
    return await begin(id);
  } catch (error) {
    await assistant.sessions.purge(id);
    throw error;
  }
}
