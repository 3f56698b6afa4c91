/** Gathers what may be sent in a turn, counts it, and has the assembler fit it. */
import type { Entry, UserEntry } from '../../protocol/entries.ts';
import type { CoreSettings, OpenFile, TokenCounter, Workspace } from '../ports.ts';
import type { Profile } from '../profiles/profile.ts';
import type { ModelInfo, RequestMessage, ToolDefinition } from '../providers/provider.ts';
import type { SessionStore } from '../session/store.ts';
import { type Assembly, assemble, type Counted } from './assembler.ts';
import { type Budget, budgetOf } from './budget.ts';
import { callIds, type Unit, unitsOf, userBlocks } from './conversation.ts';
import { ContextCounter } from './counting.ts';
import type { TokenFactors } from './factors.ts';
import { type GroundingPart, openFileParts } from './grounding.ts';
import { systemParts } from './systemPrompt.ts';

export interface ContextRequest {
  sessionId: string;
  /** The input; for a preview it is not in the log. */
  input: Pick<UserEntry, 'id' | 'content' | 'attachments' | 'grounding'>;
  /** Last entry of the branch the input follows; null at the root, undefined for the head. */
  parentId: string | null | undefined;
  model: ModelInfo;
  excluded: readonly string[];
  /** Who answers; the coding assistant when absent. */
  profile?: Profile;
  tools?: readonly ToolDefinition[];
  /** Entries of the turn after its input: calls of tools and their results. They go whole, after the input. */
  continuation?: readonly Entry[];
  /** Below 1 after the API found the request too long. */
  shrink?: number;
}

interface Options {
  store: SessionStore;
  workspace: Workspace;
  counter: TokenCounter;
  factors: TokenFactors;
  settings: CoreSettings;
}

/** Entries read at a time; a page of this size was never seen to take the store more than a few ms. */
const pageSize = 400;

export class ContextBuilder {
  readonly #options: Options;
  readonly #counter: ContextCounter;

  constructor(options: Options) {
    this.#options = options;
    this.#counter = new ContextCounter(options.counter);
  }

  /** Throws `input_too_large`. */
  async build(request: ContextRequest): Promise<Assembly> {
    const { settings, workspace, factors } = this.#options;
    const factor = factors.of(request.model);
    const budget = budgetOf(request.model, settings.maxOutputTokens, request.shrink);

    const memoryFiles = workspace.isTrusted() ? await workspace.memoryFiles() : [];
    const instructions = settings.instructions;
    const [system, grounding, input] = await Promise.all([
      this.#countTexts(systemParts(instructions, memoryFiles, request.profile), factor),
      this.#grounding(request.input, factor),
      this.#input(request.input, factor),
    ]);
    const conversation = await this.#conversation(request, budget, factor);
    const continuation = unitsOf(request.continuation ?? [], callIds(conversation.units));
    return assemble({
      model: `${request.model.provider}/${request.model.id}`,
      budget,
      system,
      conversation: conversation.units,
      olderOmitted: conversation.olderOmitted,
      grounding: grounding.filter(({ id }) => !request.excluded.includes(id)),
      excluded: grounding.filter(({ id }) => request.excluded.includes(id)),
      input,
      continuation: await this.#counted(continuation, factor),
      tools: await this.#countTexts(
        (request.tools ?? []).map((tool) => ({ text: JSON.stringify(tool), name: tool.name })),
        factor,
      ),
    });
  }

  /** What the user attached by hand goes once, as that. */
  async #grounding(
    { grounding, attachments = [] }: ContextRequest['input'],
    factor: number,
  ): Promise<Counted<GroundingPart>[]> {
    if (grounding === 'off') return [];
    const attached = new Set(attachments.map(({ kind, uri }) => `${kind}:${uri}`));
    const files: OpenFile[] = await this.#options.workspace.openFiles();
    return this.#countTexts(
      openFileParts(files).filter(({ id }) => !attached.has(id)),
      factor,
    );
  }

  async #input(
    input: ContextRequest['input'],
    factor: number,
  ): Promise<Counted<{ entryId: string; blocks: RequestMessage['content'] }>> {
    const blocks = userBlocks(input);
    const [tokens] = await this.#counter.count([{ messages: [{ role: 'user', content: blocks }] }]);
    return { entryId: input.id, blocks, tokens: Math.ceil((tokens ?? 0) * factor) };
  }

  /** Reads the branch backwards until it fills the budget, so that a turn costs the same in an endless session. */
  async #conversation(
    request: ContextRequest,
    budget: Budget,
    factor: number,
  ): Promise<{ units: Counted<Unit>[]; olderOmitted: boolean }> {
    if (request.parentId === null) return { units: [], olderOmitted: false };
    const leaf = request.parentId === undefined ? {} : { leafId: request.parentId };
    let path: Entry[] = [];
    let counted: Counted<Unit>[] = [];
    for (;;) {
      const first = path[0];
      const page = await this.#options.store.path(request.sessionId, {
        ...leaf,
        limit: pageSize,
        ...(first ? { beforeId: first.id } : {}),
      });
      path = [...page, ...path];
      const units = unitsOf(path);
      counted = await this.#counted(units, factor);
      const sum = counted.reduce((all, unit) => all + unit.tokens, 0);
      const whole = page.length < pageSize;
      if (whole || sum > budget.total) return { units: counted, olderOmitted: !whole };
    }
  }

  async #counted(units: readonly Unit[], factor: number): Promise<Counted<Unit>[]> {
    const tokens = await this.#counter.count(
      units.map((unit) => ({ key: unit.entryIds.join(), messages: unit.messages })),
    );
    return units.map((unit, index) => ({ ...unit, tokens: Math.ceil((tokens[index] ?? 0) * factor) }));
  }

  async #countTexts<T extends { text: string }>(parts: readonly T[], factor: number): Promise<Counted<T>[]> {
    const tokens = await this.#counter.countTexts(parts.map((part) => part.text));
    return parts.map((part, index) => ({ ...part, tokens: Math.ceil((tokens[index] ?? 0) * factor) }));
  }
}
