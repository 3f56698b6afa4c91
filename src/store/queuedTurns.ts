import { plainText } from '../protocol/content.ts';
import type { UserEntryDraft } from '../protocol/entries.ts';
import type { QueuedTurn } from '../protocol/session.ts';

/** What a store knows of a turn that runs or waits. */
interface KeptTurn {
  turnId: string;
  sessionId: string;
  state: 'live' | 'queued';
  user: UserEntryDraft;
}

/** The waiting turns of a session, in order. */
export function queueOf(turns: readonly KeptTurn[]): QueuedTurn[] {
  return turns
    .filter((turn) => turn.state === 'queued')
    .map((turn, index) => ({
      turnId: turn.turnId,
      sessionId: turn.sessionId,
      position: index + 1,
      text: plainText(turn.user.content),
      ...(turn.user.attachments === undefined ? {} : { attachments: turn.user.attachments }),
      door: turn.user.door,
      ...(turn.user.client === undefined ? {} : { client: turn.user.client }),
    }));
}
