/**
 * Where texts stand in what is stored and sent. Each walk gives the value back with every text passed through `swap`.
 * Ids, paths and times stay, and so does what is no text: an image cannot be looked through. Pure.
 */
import type { AssistantBlock, ContentBlock, ToolResultBlock, UserBlock } from '../../protocol/content.ts';
import type { Entry, EntryDraft, FrameBody, UserEntry } from '../../protocol/entries.ts';
import type { SessionMemoryView } from '../../protocol/memory.ts';
import type { ContextReport } from '../../protocol/report.ts';
import type { Draft } from '../../protocol/session.ts';
import type { ProviderRequest, RequestBlock, ToolDefinition } from '../providers/provider.ts';

export type Swap = (text: string) => string;

/** Characters, as the log takes them; a placeholder may be longer than what it stands for. */
export const longestTitle = 200;

/** What a user typed and attached. */
type Said = Pick<UserEntry, 'content' | 'attachments' | 'replaced'>;

export function saidTexts<T extends Said>(said: T, swap: Swap): T {
  const { content, attachments, replaced } = said;
  return {
    ...said,
    content: content.map((block) => userBlock(block, swap)),
    ...(attachments === undefined ? {} : { attachments: attachments.map((one) => withText(one, swap)) }),
    ...(replaced === undefined ? {} : { replaced: replaced.map((one) => withText(one, swap)) }),
  };
}

const withText = <T extends { text: string }>(one: T, swap: Swap): T => ({ ...one, text: swap(one.text) });

export function draftTexts(draft: Draft, swap: Swap): Draft {
  const { text, attachments, replaced, edits } = draft;
  return {
    ...draft,
    text: swap(text),
    attachments: attachments.map((one) => withText(one, swap)),
    ...(replaced === undefined ? {} : { replaced: replaced.map((one) => withText(one, swap)) }),
    ...(edits === undefined ? {} : { edits: edits.map((one) => withText(one, swap)) }),
  };
}

export function entryTexts<E extends Entry | EntryDraft>(entry: E, swap: Swap): E;
export function entryTexts(entry: Entry | EntryDraft, swap: Swap): Entry | EntryDraft {
  switch (entry.kind) {
    case 'user':
      return saidTexts(entry, swap);
    case 'assistant':
      return { ...entry, content: entry.content.flatMap((block) => assistantBlock(block, swap)) };
    case 'tool_result':
      return { ...entry, results: entry.results.map((result) => toolResult(result, swap)) };
    case 'frame':
      return {
        ...entry,
        body: frameTexts(entry.body, swap),
        ...(entry.notes === undefined ? {} : { notes: entry.notes.map((note) => withText(note, swap)) }),
      };
    case 'directive':
      return withText(entry, swap);
    case 'task':
      return {
        ...entry,
        title: swap(entry.title),
        steps: entry.steps.map((step) => withText(step, swap)),
      };
    case 'title':
      return { ...entry, title: swap(entry.title).slice(0, longestTitle) };
    case 'model':
    case 'profile':
    case 'rewind':
      return entry;
    default:
      return entry satisfies never;
  }
}

/** A report that was stored before there was masking, as it may be shown. */
export const reportTexts = (report: ContextReport, swap: Swap): ContextReport => ({
  ...report,
  segments: report.segments.map((segment) =>
    segment.text === undefined ? segment : { ...segment, text: swap(segment.text) },
  ),
  ...(report.transformed === undefined
    ? {}
    : {
        transformed: {
          ...report.transformed,
          parts: report.transformed.parts.map((part) =>
            part.text === undefined ? part : { ...part, text: swap(part.text) },
          ),
        },
      }),
});

function frameTexts(body: FrameBody, swap: Swap): FrameBody {
  return {
    goals: body.goals.map(swap),
    decisions: body.decisions.map(({ what, why }) => ({ what: swap(what), why: swap(why) })),
    facts: body.facts.map(swap),
    entities: body.entities.map(({ name, note }) => ({ name: swap(name), note: swap(note) })),
    files: body.files.map((file) => ({ ...file, state: swap(file.state) })),
    failed: body.failed.map(swap),
    openSteps: body.openSteps.map(swap),
    preferences: body.preferences.map(swap),
  };
}

/** What a session remembers, as it is shown. */
export const memoryTexts = (view: SessionMemoryView, swap: Swap): SessionMemoryView => ({
  ...view,
  frames: view.frames.map((frame) => ({ ...frame, body: frameTexts(frame.body, swap) })),
  directives: view.directives.map((one) => ({
    ...withText(one, swap),
    history: one.history.map((earlier) => withText(earlier, swap)),
  })),
  tasks: view.tasks.map((task) => ({
    ...task,
    title: swap(task.title),
    steps: task.steps.map((step) => withText(step, swap)),
  })),
});

/** All of a request that is sent to a model but its tools: ours say nothing secret, and a program's come masked. */
export function requestTexts<R extends Pick<ProviderRequest, 'system' | 'messages'>>(
  request: R,
  swap: Swap,
): R {
  return {
    ...request,
    system: request.system.map((part) => withText(part, swap)),
    messages: request.messages.map((message) => ({
      ...message,
      content: message.content.flatMap((block) => requestBlock(block, swap)),
    })),
  };
}

/** A conversation as a program tells it. */
export const messageTexts = <M extends { content: ContentBlock[] }>(
  messages: readonly M[],
  swap: Swap,
): M[] =>
  messages.map((message) => ({
    ...message,
    content: message.content.flatMap((block) => contentBlock(block, swap)),
  }));

/** Tools as a program describes them; their names are what they are called by. */
export const toolTexts = (tools: readonly ToolDefinition[], swap: Swap): ToolDefinition[] =>
  tools.map((tool) => ({
    ...tool,
    description: swap(tool.description),
    inputSchema: recordTexts(tool.inputSchema, swap),
    ...(tool.more === undefined ? {} : { more: recordTexts(tool.more, swap) }),
  }));

function requestBlock(block: RequestBlock, swap: Swap): RequestBlock[] {
  if (block.type === 'passage') return [withText(block, swap)];
  const cache = block.cache === undefined ? {} : { cache: block.cache };
  return contentBlock(block, swap).map((one) => ({ ...one, ...cache }));
}

function contentBlock(block: ContentBlock, swap: Swap): ContentBlock[] {
  switch (block.type) {
    case 'text':
    case 'thinking':
    case 'redacted_thinking':
    case 'tool_use':
      return assistantBlock(block, swap);
    case 'image':
    case 'document':
      return [userBlock(block, swap)];
    case 'tool_result':
      return [toolResult(block, swap)];
    default:
      return block satisfies never;
  }
}

function userBlock(block: UserBlock, swap: Swap): UserBlock {
  switch (block.type) {
    case 'text':
      return withText(block, swap);
    case 'image':
      return block;
    case 'document': {
      const { source } = block;
      return source.type === 'text' ? { ...block, source: { ...source, data: swap(source.data) } } : block;
    }
    default:
      return block satisfies never;
  }
}

/** Thinking goes back as it came, since it is signed; one with a secret in it does not go back at all. */
function assistantBlock(block: AssistantBlock, swap: Swap): AssistantBlock[] {
  switch (block.type) {
    case 'text':
      return [
        {
          ...withText(block, swap),
          ...(block.citations === undefined
            ? {}
            : { citations: block.citations.map((one) => ({ ...one, quote: swap(one.quote) })) }),
        },
      ];
    case 'thinking':
      return swap(block.thinking) === block.thinking ? [block] : [];
    case 'redacted_thinking':
      return [block];
    case 'tool_use':
      return [{ ...block, input: recordTexts(block.input, swap) }];
    default:
      return block satisfies never;
  }
}

const toolResult = (result: ToolResultBlock, swap: Swap): ToolResultBlock => ({
  ...result,
  content: result.content.map((block) => (block.type === 'text' ? withText(block, swap) : block)),
});

const recordTexts = (record: Record<string, unknown>, swap: Swap): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, valueTexts(value, swap)]));

function valueTexts(value: unknown, swap: Swap): unknown {
  if (typeof value === 'string') return swap(value);
  if (Array.isArray(value)) return value.map((one) => valueTexts(one, swap));
  return typeof value === 'object' && value !== null
    ? recordTexts(Object.fromEntries(Object.entries(value)), swap)
    : value;
}
