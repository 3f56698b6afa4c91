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
  /** Automatic context that the user took out of this turn. */
  excluded: readonly Counted<GroundingPart>[];
  input: Counted<{ entryId: string; blocks: RequestBlock[] }>;
  /** What this turn has said and done since its input: calls of tools with their results. */
  continuation?: readonly Counted<Unit>[];
  /** Definitions of the tools the model is given, as they are counted. */
  tools?: readonly Counted<{ name: string; text: string }>[];
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
  const { budget, continuation = [], tools = [] } = input;
  const omitted: ContextReport['omitted'] = input.excluded.map(({ label, tokens }) => ({
    label,
    tokens,
    reason: 'You left it out of this turn.',
  }));

  const system = fitSystem(input, omitted);
  const asked = input.input.tokens + total(continuation);
  const before = total(system) + total(tools);
  let room = budget.total - before - asked;
  if (room < 0) throw inputTooLarge(asked, Math.max(0, budget.total - before));
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
    messages: messagesOf(conversation, grounding, input.input.blocks, continuation),
    report: {
      model: input.model,
      window: budget.window,
      outputReserve: budget.outputReserve,
      budget: budget.total,
      segments: [
        ...toolsSegment(tools),
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
        ...continuationSegment(continuation),
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
      label: olderLabel(left, input.olderOmitted),
      tokens: total(left),
      reason: 'They do not fit into the token budget. They stay in the session and can be searched.',
    });
  }
  return units.slice(first);
}

function olderLabel(left: readonly Unit[], more: boolean): string {
  if (more) return 'Older turns';
  const turns = left.filter((unit) => unit.opens).length;
  // What stands before the first input, as an import or a fork may leave it, is no turn.
  if (turns === 0) return 'The beginning';
  return turns === 1 ? '1 older turn' : `${turns} older turns`;
}

/** The first unit at or after `first` that opens a new stretch of the log; `first` where there is none. */
function stableCut(units: readonly Counted<Unit>[], first: number): number {
  const stretch = (unit: Unit) => Math.floor(unit.seq / cutEvery);
  // What begins a stretch of entries may be an answer; the cut is the first input in it.
  let before = units.slice(0, first).findLast((unit) => unit.opens);
  for (let index = first; index < units.length; index++) {
    const unit = units[index];
    if (!unit?.opens) continue;
    if (before && stretch(unit) !== stretch(before)) return index;
    before = unit;
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

function toolsSegment(tools: readonly Counted<{ name: string; text: string }>[]): Segment[] {
  if (tools.length === 0) return [];
  return [
    {
      kind: 'tools',
      label: tools.map(({ name }) => name).join(', '),
      tokens: total(tools),
      reason: 'What the model may do by itself in this session.',
      text: tools.map(({ text }) => text).join('\n'),
    },
  ];
}

function continuationSegment(units: readonly Counted<Unit>[]): Segment[] {
  if (units.length === 0) return [];
  return [
    {
      kind: 'input',
      label: 'This turn so far',
      tokens: total(units),
      reason: 'Tools the model has called since your input, with their results.',
      entryIds: units.flatMap((unit) => unit.entryIds),
    },
  ];
}

function messagesOf(
  conversation: readonly Counted<Unit>[],
  grounding: readonly Counted<GroundingPart>[],
  input: readonly RequestBlock[],
  continuation: readonly Counted<Unit>[],
): RequestMessage[] {
  const lastTurn = Math.max(
    0,
    conversation.findLastIndex((unit) => unit.opens),
  );
  const before = conversation.slice(0, lastTurn).flatMap((unit) => unit.messages);
  const latest = conversation.slice(lastTurn).flatMap((unit) => unit.messages);
  const ground = grounding.map((part) => ({ type: 'text' as const, text: part.text }));
  if (continuation.length > 0) {
    // Within a turn all that was sent stands, grounding too: the last request is read, and this one is kept.
    const earlier = continuation.slice(0, -1).flatMap((unit) => unit.messages);
    const newest = continuation.slice(-1).flatMap((unit) => unit.messages);
    return mergeMessages([
      ...keptAtEnd([...before, ...latest]),
      ...keptAtEnd([{ role: 'user', content: [...ground, ...input] }, ...earlier]),
      ...keptAtEnd(newest),
    ]);
  }
  // The API looks for what it has kept in the last twenty blocks before a breakpoint, and one turn can have more.
  // So there is one where the last request had its own, and one at the end of the conversation, before everything
  // that changes from turn to turn. Where nothing does, the input is kept too: it costs a quarter more now, and a
  // tenth instead of five quarters in the next turn.
  return mergeMessages([
    ...keptAtEnd(before),
    ...keptAtEnd(latest),
    ...(ground.length > 0
      ? [{ role: 'user' as const, content: [...ground, ...input] }]
      : keptAtEnd([{ role: 'user', content: [...input] }])),
  ]);
}

/** The same messages with a breakpoint of the prompt cache after the last block; thinking cannot carry one. */
function keptAtEnd(messages: readonly RequestMessage[]): RequestMessage[] {
  const last = messages.at(-1);
  const block = last?.content.at(-1);
  if (!last || !block || block.type === 'thinking' || block.type === 'redacted_thinking')
    return [...messages];
  return [
    ...messages.slice(0, -1),
    { ...last, content: [...last.content.slice(0, -1), { ...block, cache: '5m' }] },
  ];
}
