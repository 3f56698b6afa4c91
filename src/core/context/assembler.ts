/**
 * Fits everything that wants to be sent into the budget and writes down what is sent and why.
 * A pure projection: the same input gives the same request and the same report.
 * Wire order: tools; system; the conversation; and in the last user message grounding and the input.
 */
import type { ContextReport, Segment } from '../../protocol/report.ts';
import { inputTooLarge } from '../errors.ts';
import type { RequestBlock, RequestMessage } from '../providers/provider.ts';
import { type Budget, ceilings } from './budget.ts';
import { mergeMessages, type Unit } from './conversation.ts';
import type { GroundingPart } from './grounding.ts';
import type { SystemPart } from './systemPrompt.ts';

export type Counted<T> = T & { tokens: number };

export interface AssemblyInput {
  model: string;
  budget: Budget;
  system: readonly Counted<SystemPart>[];
  /** Whole units before the input, oldest first. */
  conversation: readonly Counted<Unit>[];
  /** Older entries that were not even read because the newer ones fill the window. */
  olderOmitted: boolean;
  grounding: readonly Counted<GroundingPart>[];
  input: Counted<{ entryId: string; blocks: RequestBlock[] }>;
}

export interface Assembly {
  system: { text: string; cache?: '5m' | '1h' }[];
  messages: RequestMessage[];
  report: ContextReport;
}

/**
 * When the conversation outgrows its share it is cut at a place that stays the same for many turns, because
 * each move of the cut makes the API read everything anew. Cuts lie where this many log entries begin.
 */
const cutEvery = 32;

const total = (parts: readonly { tokens: number }[]): number =>
  parts.reduce((sum, part) => sum + part.tokens, 0);

/** Throws `input_too_large` when the input alone does not fit. */
export function assemble(input: AssemblyInput): Assembly {
  const { budget } = input;
  const omitted: ContextReport['omitted'] = [];

  const system = fitSystem(input, omitted);
  let room = budget.total - total(system) - input.input.tokens;
  if (room < 0) {
    throw inputTooLarge(input.input.tokens, Math.max(0, budget.total - total(system)));
  }
  const grounding = fitGrounding(
    input,
    Math.min(room, Math.floor(budget.total * ceilings.grounding)),
    omitted,
  );
  room -= total(grounding);
  const conversation = fitConversation(input, room, omitted);

  return {
    system: system.map((part, index) => ({
      text: part.text,
      // One breakpoint after the whole system prompt: it changes least.
      ...(index === system.length - 1 ? { cache: '5m' as const } : {}),
    })),
    messages: messagesOf(conversation, grounding, input.input.blocks),
    report: {
      model: input.model,
      window: budget.window,
      outputReserve: budget.outputReserve,
      budget: budget.total,
      segments: [
        ...system.map(
          ({ kind, label, tokens, reason, text }): Segment => ({ kind, label, tokens, reason, text }),
        ),
        ...conversationSegment(conversation),
        ...grounding.map(
          ({ id, label, tokens, reason, text }): Segment => ({
            kind: 'grounding',
            label,
            tokens,
            reason,
            partId: id,
            text,
          }),
        ),
        {
          kind: 'input',
          label: 'Your input',
          tokens: input.input.tokens,
          reason: 'What was asked in this turn.',
          entryIds: [input.input.entryId],
        },
      ],
      omitted,
    },
  };
}

/** Causeway's own words always go; memory files go in order while they stay below their ceiling. */
function fitSystem(input: AssemblyInput, omitted: ContextReport['omitted']): Counted<SystemPart>[] {
  let memoryRoom = Math.floor(input.budget.total * ceilings.memoryFile);
  return input.system.filter((part) => {
    if (part.kind === 'system') return true;
    if (part.tokens <= memoryRoom) {
      memoryRoom -= part.tokens;
      return true;
    }
    omitted.push({
      label: part.label,
      tokens: part.tokens,
      reason: 'Instruction files together may take a tenth of the budget; this one did not fit.',
    });
    return false;
  });
}

function fitGrounding(
  input: AssemblyInput,
  share: number,
  omitted: ContextReport['omitted'],
): Counted<GroundingPart>[] {
  let room = share;
  return input.grounding.filter((part) => {
    if (part.tokens <= room) {
      room -= part.tokens;
      return true;
    }
    omitted.push({ label: part.label, tokens: part.tokens, reason: 'It did not fit beside the input.' });
    return false;
  });
}

/** The newest units that fit, cut at a stable place, beginning with something the user said. */
function fitConversation(
  input: AssemblyInput,
  share: number,
  omitted: ContextReport['omitted'],
): Counted<Unit>[] {
  const units = input.conversation;
  let first = units.length;
  let room = share;
  while (first > 0) {
    const tokens = units[first - 1]?.tokens ?? 0;
    if (tokens > room) break;
    room -= tokens;
    first--;
  }
  if (first > 0 || input.olderOmitted) first = stableCut(units, first);
  while (first < units.length && !units[first]?.opens) first++;

  const left = units.slice(0, first);
  if (left.length > 0 || input.olderOmitted) {
    omitted.push({
      label: input.olderOmitted ? 'Older turns' : `${left.filter((unit) => unit.opens).length} older turns`,
      tokens: total(left),
      reason: 'They do not fit into the token budget. They stay in the session and can be searched.',
    });
  }
  return units.slice(first);
}

/** The next unit at or after `first` that begins a new stretch of the log; `first` where there is none. */
function stableCut(units: readonly Counted<Unit>[], first: number): number {
  const stretch = (index: number) => Math.floor((units[index]?.seq ?? 0) / cutEvery);
  for (let index = Math.max(first, 1); index < units.length; index++) {
    if (units[index]?.opens && stretch(index) !== stretch(index - 1)) return index;
  }
  return first;
}

function conversationSegment(units: readonly Counted<Unit>[]): Segment[] {
  if (units.length === 0) return [];
  const turns = units.filter((unit) => unit.opens).length;
  return [
    {
      kind: 'conversation',
      label: turns === 1 ? '1 earlier turn' : `${turns} earlier turns`,
      tokens: total(units),
      reason: 'The conversation so far, word for word.',
      entryIds: units.flatMap((unit) => unit.entryIds),
    },
  ];
}

function messagesOf(
  conversation: readonly Counted<Unit>[],
  grounding: readonly Counted<GroundingPart>[],
  input: readonly RequestBlock[],
): RequestMessage[] {
  const earlier = mergeMessages(conversation.flatMap((unit) => unit.messages));
  const last = earlier.at(-1);
  const lastBlock = last?.content.at(-1);
  // The breakpoint stands before everything that changes from turn to turn. Thinking cannot carry one.
  if (last && lastBlock && lastBlock.type !== 'thinking' && lastBlock.type !== 'redacted_thinking') {
    last.content[last.content.length - 1] = { ...lastBlock, cache: '5m' };
  }
  const volatile: RequestMessage = {
    role: 'user',
    content: [...grounding.map((part) => ({ type: 'text' as const, text: part.text })), ...input],
  };
  return mergeMessages([...earlier, volatile]);
}
