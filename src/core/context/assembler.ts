/**
 * Fits everything that wants to be sent into the budget and writes down what is sent and why.
 * A pure projection: the same input gives the same request and the same report.
 * Wire order: tools; system with the directives of before the last frame; frames; the conversation; and in the last
 * user message alone newer directives, tasks, recalled turns, grounding and the input; then the turn's tool calls.
 */
import type { ClientOptions } from '../../protocol/clientOptions.ts';
import type { ContextReport, Segment } from '../../protocol/report.ts';
import { inputTooLarge } from '../errors.ts';
import type { ToolDefinition } from '../providers/provider.ts';
import { maskedCounts } from '../secrets/maskedCounts.ts';
import type { CountedUnit, SentUnit } from './bareUnits.ts';
import { withBreakpoints } from './breakpoints.ts';
import { type Budget, ceilings } from './budget.ts';
import { type Unit, userBlocks } from './conversation.ts';
import { fitDocuments, fitFrames, fitInOrder, fitNewest, type Omitted, total } from './fit.ts';
import type { KeptDocument } from './keptDocuments.ts';
import { checkMediaBytes, mediaBytesIn, mediaBytesOf, mostMediaBase64 } from './mediaBytes.ts';
import type { Counted, DirectivePart, Part } from './parts.ts';
import { type Rendered, render, type SaidEntry, toolsText } from './render.ts';
import { type GroundingPart, type RecalledPart, shareOut } from './shareOut.ts';
import type { SystemPart } from './systemPrompt.ts';

export interface AssemblyInput {
  /** `provider/model`. */
  model: string;
  budget: Budget;
  thinking: boolean;
  /** Of a request that a program made in its own wire. */
  client?: ClientOptions;
  /** JSON Schema the answer is to follow. */
  output?: Record<string, unknown>;
  /** Undefined for a turn without tools. */
  tools: Counted<{ definitions: readonly ToolDefinition[] }> | undefined;
  system: readonly Counted<SystemPart>[];
  /** Oldest first; the candidates among them the most fitting first. */
  directives: readonly Counted<DirectivePart>[];
  /** Oldest first. */
  frames: readonly Counted<Part>[];
  /** Inputs with documents that the profile keeps word for word, oldest first. */
  documents?: readonly Counted<KeptDocument>[];
  /** Whole units between the last frame and the input, oldest first. */
  conversation: readonly CountedUnit[];
  /** Tokens the conversation may take, less where the budget is small. */
  conversationTokens: number;
  /** Older entries that were not even read because the newer ones fill the window. */
  olderOmitted: boolean;
  tasks: readonly Counted<Part>[];
  /** The most fitting first. */
  recalled: readonly Counted<RecalledPart>[];
  /** Open files, then passages of the workspace, the most fitting first. */
  grounding: readonly Counted<GroundingPart>[];
  /** Bytes that pictures and documents beside the input may take, as base64; undefined for what a request has room for. */
  mediaBytes?: number;
  /** What the user took out of this turn. */
  excluded: readonly { label: string; tokens: number }[];
  /** What could not be had for this turn, with the reason in words. */
  missing: readonly { label: string; reason: string }[];
  input: Counted<{ entryId: string }>;
  /** What the model and its tools said in this turn so far. */
  turn: readonly Counted<Unit>[];
  entryOf(id: string): SaidEntry | undefined;
}

export interface Assembly extends Rendered {
  report: ContextReport;
}

/** Throws `input_too_large` when the input does not fit beside what must be sent with it, and `attachments_too_large`. */
export function assemble(input: AssemblyInput): Assembly {
  const segments: Segment[] = [];
  const omitted: Omitted = [
    ...input.excluded.map(({ label, tokens }) => ({
      label,
      tokens,
      reason: 'You left it out of this turn.',
    })),
    ...input.missing.map((one) => ({ ...one, tokens: 0 })),
  ];
  const fitted = choose(input, omitted);
  const { prefix, newer } = fitted;
  if (input.tools)
    segments.push({
      kind: 'tools',
      label: input.tools.definitions.length === 1 ? '1 tool' : `${input.tools.definitions.length} tools`,
      tokens: input.tools.tokens,
      reason: 'What the model may do in this turn.',
      text: toolsText(input.tools.definitions),
    });
  for (const { kind, id, label, tokens, reason, text } of fitted.system)
    segments.push({ kind, label, tokens, reason, ...(id === undefined ? {} : { partId: id }), text });
  segments.push(
    ...prefix.map(segmentOf('directives')),
    ...fitted.documents.flatMap(documentSegment),
    ...fitted.frames.map(segmentOf('frame')),
    ...conversationSegments(fitted.conversation),
    ...newer.map(segmentOf('directives')),
    ...fitted.tasks.map(segmentOf('task')),
    ...fitted.recalled.map(segmentOf('recall')),
    ...fitted.grounding.map(segmentOf('grounding')),
    {
      kind: 'input',
      label: 'Your input',
      tokens: input.input.tokens,
      reason: 'What was asked in this turn.',
      entryIds: [input.input.entryId],
    },
    ...turnSegment(fitted.turn),
  );
  const marked = withBreakpoints(segments, input.entryOf);
  const { budget } = input;
  const rendered = render(marked, input.entryOf);
  return {
    ...rendered,
    report: {
      model: input.model,
      window: budget.window,
      outputReserve: budget.outputReserve,
      budget: budget.total,
      options: {
        maxOutputTokens: Math.max(1, budget.outputReserve),
        thinking: input.thinking,
        ...(input.client === undefined ? {} : { client: input.client }),
        ...(input.output === undefined ? {} : { output: input.output }),
      },
      segments: marked,
      ...maskedCounts(rendered),
      omitted,
    },
  };
}

/** What must be sent, then by kind within the ceilings; the conversation takes what is left. */
function choose(input: AssemblyInput, omitted: Omitted) {
  const { budget } = input;
  const share = (ceiling: number) => Math.floor(budget.total * ceiling);
  const words = input.system.filter(({ kind }) => kind === 'system');
  const least = (input.tools?.tokens ?? 0) + total(words);
  let room = budget.total - least - input.input.tokens;
  if (room < 0) throw inputTooLarge(input.input.tokens, Math.max(0, budget.total - least));
  const take = <P extends { tokens: number }>(parts: P[]): P[] => {
    room -= total(parts);
    return parts;
  };
  let mediaBytes = mediaBytesBeside(input);

  const pinned = input.directives.filter((one) => one.pinned);
  if (total(pinned) > share(ceilings.directives))
    omitted.push({
      label: 'Pinned directives',
      tokens: 0,
      reason: `All are sent, though their ${total(pinned)} tokens are more than a tenth of the budget. Merge or remove some.`,
    });
  const fixed = take(
    fitNewest(pinned, room, 'It is pinned, but there is no room for it beside the input.', omitted),
  );
  const turn = take(fitTurn(input, room, omitted));
  for (const unit of turn) mediaBytes -= mediaBytesOf(unit);
  const documents = take(fitDocuments(input.documents ?? [], { tokens: room, mediaBytes }, omitted));
  for (const unit of documents) mediaBytes -= mediaBytesOf(unit);
  const files = input.system.filter(({ kind }) => kind === 'memory_file');
  const memory = take(
    fitInOrder(
      files,
      Math.min(room, share(ceilings.memoryFile)),
      'Instruction files together may take a tenth of the budget; this one did not fit.',
      omitted,
    ),
  );
  const tasks = take(
    fitNewest(
      input.tasks,
      Math.min(room, share(ceilings.task)),
      'Open tasks together may take a tenth of the budget; newer ones came first.',
      omitted,
    ),
  );
  const frames = take(fitFrames(input.frames, Math.min(room, share(ceilings.frame)), omitted));
  const candidates = take(
    fitInOrder(
      input.directives.filter((one) => !one.pinned),
      Math.min(room, share(ceilings.candidates)),
      'Directives that are not confirmed may take little room.',
      omitted,
    ),
  );
  const directives = input.directives.filter((one) => fixed.includes(one) || candidates.includes(one));
  return {
    system: [...words, ...memory],
    prefix: directives.filter(({ isNew }) => !isNew),
    newer: directives.filter(({ isNew }) => isNew),
    documents,
    frames,
    tasks,
    turn,
    ...shareOut({ ...input, mediaBytes }, room, frames.length + documents.length > 0, omitted),
  };
}

/** Bytes that are left for pictures and documents which were sent before. */
function mediaBytesBeside({ input, entryOf, mediaBytes = mostMediaBase64 }: AssemblyInput): number {
  const entry = entryOf(input.entryId);
  if (entry?.kind !== 'input' && entry?.kind !== 'user') return mediaBytes;
  const blocks = userBlocks(entry);
  checkMediaBytes(blocks);
  return Math.min(mediaBytes, mostMediaBase64 - mediaBytesIn(blocks));
}

/** The newest calls with their results; the first of them must fit, since the model waits for it. */
function fitTurn(input: AssemblyInput, room: number, omitted: Omitted): Counted<Unit>[] {
  const labelled = input.turn.map((unit) => ({ ...unit, label: 'An earlier call of this turn' }));
  const newest = labelled.at(-1);
  if (newest && newest.tokens > room) throw inputTooLarge(newest.tokens, room);
  let first = labelled.length;
  for (let left = room; first > 0 && (labelled[first - 1]?.tokens ?? 0) <= left; first--)
    left -= labelled[first - 1]?.tokens ?? 0;
  for (const { label, tokens } of labelled.slice(0, first))
    omitted.push({ label, tokens, reason: 'It does not fit beside the newer ones.' });
  return labelled.slice(first);
}

const segmentOf =
  (kind: Segment['kind']) =>
  ({
    id,
    label,
    tokens,
    reason,
    text,
    entryIds,
    sessionId,
    place,
  }: Counted<GroundingPart & Pick<RecalledPart, 'sessionId'>>): Segment => ({
    kind,
    label,
    tokens,
    reason,
    ...(entryIds === undefined ? {} : { entryIds }),
    ...(sessionId === undefined ? {} : { sessionId }),
    partId: id,
    ...(place === undefined ? {} : { place }),
    text,
  });

/** The last turn apart from those before it, since the request before this one ended where it begins. */
function conversationSegments(units: readonly SentUnit[]): Segment[] {
  const last = Math.max(
    0,
    units.findLastIndex((unit) => unit.opens),
  );
  const before = units.slice(0, last);
  const turns = before.filter((unit) => unit.opens).length;
  return [
    ...conversationSegment(before, turns === 1 ? '1 earlier turn' : `${turns} earlier turns`),
    ...conversationSegment(units.slice(last), 'The last turn'),
  ];
}

function conversationSegment(units: readonly SentUnit[], label: string): Segment[] {
  if (units.length === 0) return [];
  const bare = units.filter(({ isBare }) => isBare);
  return [
    {
      kind: 'conversation',
      label,
      tokens: total(units),
      reason: 'The conversation so far, word for word.',
      entryIds: units.flatMap((unit) => unit.entryIds),
      ...(bare.length === 0 ? {} : { withoutMedia: bare.flatMap((unit) => unit.entryIds) }),
    },
  ];
}

/** Each by itself, so that the user can leave it out. */
const documentSegment = (document: Counted<KeptDocument>): Segment[] =>
  conversationSegment([document], document.label).map((segment) => ({
    ...segment,
    partId: document.id,
    reason: 'Documents stay word for word as long as the session lasts, as its profile asks.',
  }));

const turnSegment = (units: readonly Counted<Unit>[]): Segment[] =>
  conversationSegment(units, 'This turn so far').map((segment) => ({
    ...segment,
    reason: 'What the model called in this turn, and what came back.',
  }));
