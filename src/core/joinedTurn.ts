/** A turn that was accepted before, as whoever asks for it once more is told of it. */
import { AsyncQueue } from '../base/asyncQueue.ts';
import type { AssistantBlock } from '../protocol/content.ts';
import type { AssistantEntry, Entry } from '../protocol/entries.ts';
import type { TurnEvent } from '../protocol/turnEvents.ts';
import type { AcceptedTurns } from './acceptedTurns.ts';
import type { Assistant, FollowedTurn } from './assistant.ts';

/** Windows see each other's queues within a second, ms. */
const seenAfterMs = 2_000;

/** As `Assistant.joinTurn`. */
export async function joinedTurn(
  { sessions, told, onEvent, live }: Pick<Assistant, 'sessions' | 'told' | 'onEvent' | 'live'>,
  accepted: Pick<AcceptedTurns, 'get'>,
  sessionId: string,
  turnId: string,
): Promise<FollowedTurn | undefined> {
  const turn = { sessionId, turnId };
  let follows = false;
  let toldText = false;
  const tell = (event: TurnEvent) => {
    toldText ||= event.type !== 'turn.queued' && event.type !== 'turn.started';
    events.push(event);
  };
  const end = (entry: AssistantEntry) => {
    // Of a turn that another process ran, or that is over, nothing came until now.
    if (!toldText) for (const event of partsOf(turn, entry.content)) tell(event);
    events.push({ type: 'turn.ended', ...turn, entry });
    events.end();
  };
  const lookAgain = () => {
    sessions.turn(sessionId, turnId).then(
      (now) => {
        if (now) return;
        events.push({ type: 'turn.withdrawn', ...turn });
        events.end();
      },
      // A store that is closed tells of nothing any more.
      () => events.end(),
    );
  };
  // It listens before it looks, so that no end falls between.
  const events = new AsyncQueue<TurnEvent>(() => subscription.dispose());
  const subscription = onEvent((event) => {
    if (event.sessionId !== sessionId) return;
    if (event.type === 'session.purged') events.end();
    // An end that was told before the store took it is not told again; the entry is.
    else if (event.type === 'entry.appended') {
      if (isEnd(event.entry, turnId)) end(event.entry);
    } else if (event.type === 'queue.changed') {
      // Another process may have withdrawn it, which is told by its absence alone.
      if (!event.queue.some((one) => one.turnId === turnId)) lookAgain();
    } else if (!('turnId' in event) || event.turnId !== turnId) return;
    else if (event.type === 'turn.ended') {
      if (event.entry.kind === 'assistant') end(event.entry);
    } else if (event.type === 'turn.withdrawn') {
      events.push(event);
      events.end();
    } else if (follows && event.type !== 'turn.progress') tell(event);
  });
  const found = await sessions.turn(sessionId, turnId).catch((error: unknown) => {
    events.end();
    throw error;
  });
  if (!found) {
    events.end();
    return undefined;
  }
  if (found.state === 'ended') {
    const { provider, model } = found.entry;
    // It may have been stored while nothing was masked.
    const [read] = await told.entries(sessionId, [found.entry.id]);
    events.push({ type: 'turn.started', ...turn, provider, model });
    end(read?.kind === 'assistant' ? { ...found.entry, content: read.content } : found.entry);
    return { ...turn, events };
  }
  const by = accepted.get(turnId)?.chosen;
  const own = live(sessionId);
  if (by && own?.turnId === turnId) {
    events.push({ type: 'turn.started', ...turn, provider: by.provider.id, model: by.model.id });
    for (const event of partsOf(turn, own.content)) tell(event);
  }
  follows = true;
  // What was taken back before this process had seen it wait is told by no event.
  AbortSignal.timeout(seenAfterMs).addEventListener('abort', lookAgain, { once: true });
  return { ...turn, events };
}

const isEnd = (entry: Entry, turnId: string): entry is AssistantEntry =>
  entry.kind === 'assistant' && entry.turnId === turnId && entry.outcome !== undefined;

/** What the blocks of an answer were as they came, each in one piece. */
function partsOf(
  turn: { sessionId: string; turnId: string },
  content: readonly AssistantBlock[],
): TurnEvent[] {
  return content.flatMap((part, block): TurnEvent[] => {
    switch (part.type) {
      case 'text':
        return [
          { type: 'turn.text', ...turn, block, text: part.text },
          ...(part.citations ?? []).map(
            (citation): TurnEvent => ({ type: 'turn.citation', ...turn, block, citation }),
          ),
        ];
      case 'thinking':
        return [{ type: 'turn.thinking', ...turn, block, text: part.thinking }];
      case 'tool_use': {
        const { id, name, input } = part;
        return [{ type: 'turn.tool_call', ...turn, block, id, name, input }];
      }
      case 'redacted_thinking':
        return [];
      default:
        return part satisfies never;
    }
  });
}
