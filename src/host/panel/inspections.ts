/** What was or would be sent, opened for the panel to look into, with the secrets in it marked. */
import type { Assistant } from '../../core/assistant.ts';
import type { InspectedContext } from '../../core/context/contextInspector.ts';
import type { Log, SecretScanner } from '../../core/ports.ts';
import { maskedMarks, unmaskedMarks } from '../../core/secrets/secretMarks.ts';
import type { ContextView, SecretMark } from '../../protocol/contextView.ts';
import type { GroundingMode } from '../../protocol/entries.ts';
import type { ContextOf } from '../../protocol/panelContext.ts';
import type { TurnInput } from '../../protocol/turnInput.ts';

export interface LookedAt {
  sessionId: string;
  of: ContextOf;
}

export interface InspectionParts {
  scanner: () => Promise<SecretScanner>;
  grounding: () => GroundingMode;
  isMasking: () => boolean;
  log: Log;
}

/** Keeps what was looked at last, so that a text of it is a text of what is shown and of nothing newer. */
export class Inspections {
  readonly #scanner: () => Promise<SecretScanner>;
  readonly #grounding: () => GroundingMode;
  readonly #isMasking: () => boolean;
  readonly #log: Log;
  #last: { key: string; inspected: InspectedContext } | undefined;

  constructor(parts: InspectionParts) {
    this.#isMasking = parts.isMasking;
    this.#log = parts.log;
    this.#scanner = parts.scanner;
    this.#grounding = parts.grounding;
  }

  /** Throws `not_found`, and for an input what `startTurn` throws. */
  async view(assistant: Assistant, looked: LookedAt): Promise<ContextView> {
    const inspected = await this.#inspect(assistant, looked);
    this.#last = { key: JSON.stringify(looked), inspected };
    return this.#marked(inspected);
  }

  /** As `view`, and nothing of it is kept: for a glance while the user types. */
  async glance(assistant: Assistant, looked: LookedAt): Promise<ContextView> {
    return this.#marked(await this.#inspect(assistant, looked));
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

  #inspect(assistant: Assistant, { sessionId, of }: LookedAt): Promise<InspectedContext> {
    if (of.kind === 'turn') return assistant.context(sessionId, { turnId: of.turnId });
    const { text, attachments, excluded, pinned, replaced } = of.input;
    const input: TurnInput = {
      text,
      attachments,
      excluded,
      ...(pinned === undefined ? {} : { pinned }),
      ...(replaced === undefined ? {} : { replaced }),
      grounding: this.#grounding(),
      door: 'panel',
    };
    return assistant.context(sessionId, { input });
  }

  async #marked({ view, text }: InspectedContext): Promise<ContextView> {
    const texts = view.report.segments.map((_, index) => text(index));
    const unmasked = this.#isMasking() ? [] : await this.#unmasked(texts);
    return { ...view, secrets: [...maskedMarks(texts), ...unmasked] };
  }

  /** Where masking is switched off; marks are no reason to show nothing. */
  async #unmasked(texts: readonly string[]): Promise<SecretMark[]> {
    try {
      return await unmaskedMarks(await this.#scanner(), texts);
    } catch (error) {
      this.#log.error('What is not masked could not be marked.', error);
      return [];
    }
  }
}
