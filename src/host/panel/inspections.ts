/** What was or would be sent, opened for the panel to look into. */
import type { Assistant } from '../../core/assistant.ts';
import type { InspectedContext } from '../../core/context/contextInspector.ts';
import type { ContextView } from '../../protocol/contextView.ts';
import type { ContextOf } from '../../protocol/panelContext.ts';
import type { TurnInput } from '../../protocol/turnInput.ts';
import type { SessionGroundings } from '../sessionGroundings.ts';
import type { MediaShelf } from './mediaShelf.ts';

type ChosenGrounding = SessionGroundings['chosen'];

export interface LookedAt {
  sessionId: string;
  of: ContextOf;
}

/** Keeps what was looked at last, so that a text of it is a text of what is shown and of nothing newer. */
export class Inspections {
  readonly #chosen: ChosenGrounding;
  readonly #taken: MediaShelf['taken'];
  #last: { key: string; inspected: InspectedContext } | undefined;

  constructor(parts: { chosen: ChosenGrounding; taken: MediaShelf['taken'] }) {
    this.#chosen = parts.chosen;
    this.#taken = parts.taken;
  }

  /** Throws `not_found`, and for an input what `startTurn` throws. */
  async view(assistant: Assistant, looked: LookedAt): Promise<ContextView> {
    const inspected = await this.#inspect(assistant, looked);
    this.#last = { key: JSON.stringify(looked), inspected };
    return inspected.view;
  }

  /** As `view`, and nothing of it is kept: for a glance while the user types. */
  async glance(assistant: Assistant, looked: LookedAt): Promise<ContextView> {
    return (await this.#inspect(assistant, looked)).view;
  }

  async text(assistant: Assistant, looked: LookedAt, segment: number): Promise<string> {
    return (await this.#shown(assistant, looked)).text(segment);
  }

  /** The body of the request, as JSON for people. */
  async request(assistant: Assistant, looked: LookedAt): Promise<string> {
    return `${JSON.stringify((await this.#shown(assistant, looked)).request(), null, 2)}\n`;
  }

  async #shown(assistant: Assistant, looked: LookedAt): Promise<InspectedContext> {
    return this.#last?.key === JSON.stringify(looked)
      ? this.#last.inspected
      : this.#inspect(assistant, looked);
  }

  async #inspect(assistant: Assistant, { sessionId, of }: LookedAt): Promise<InspectedContext> {
    if (of.kind === 'turn') return assistant.context(sessionId, { turnId: of.turnId });
    const { text, excluded, pinned, replaced } = of.input;
    const { attachments, media } = await this.#taken(of.input.attachments, {
      sessionId,
      sessions: assistant.sessions,
    });
    const input: TurnInput = {
      text,
      attachments,
      ...(media.length === 0 ? {} : { media }),
      excluded,
      ...(pinned === undefined ? {} : { pinned }),
      ...(replaced === undefined ? {} : { replaced }),
      ...(await this.#chosen(assistant, sessionId)),
      door: 'panel',
    };
    return assistant.context(sessionId, { input });
  }
}
