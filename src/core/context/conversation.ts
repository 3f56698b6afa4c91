/** From the entries of a branch to the messages a model sees. Pure. */
import type { ContentBlock } from '../../protocol/content.ts';
import type { AssistantEntry, Attachment, Entry, UserEntry } from '../../protocol/entries.ts';
import type { RequestMessage } from '../providers/provider.ts';
import { escapeAttribute } from './systemPrompt.ts';

/**
 * A run of entries that is sent whole or not at all, such as a tool call with its result.
 * Only a unit that begins with a user input may be the first of a request.
 */
export interface Unit {
  entryIds: string[];
  messages: RequestMessage[];
  /** True when the unit begins with something the user said. */
  opens: boolean;
  /** Place of the first entry in the session's log. */
  seq: number;
}

const hasText = (text: string): boolean => text.trim() !== '';

/** The API refuses blank text blocks, so they are left out. */
const sendable = (blocks: readonly ContentBlock[]): ContentBlock[] =>
  blocks.filter((block) => block.type !== 'text' || hasText(block.text));

/** Marks an attachment as data from the workspace. */
export function attachmentText(attachment: Attachment): string {
  const lines =
    attachment.startLine === undefined
      ? ''
      : ` lines="${attachment.startLine}-${attachment.endLine ?? attachment.startLine}"`;
  const tag = attachment.kind;
  // The closing tag in the text is broken up, so that a file cannot end its own quotation.
  const text = attachment.text.replaceAll(`</${tag}>`, `<\\/${tag}>`);
  return `<${tag} path="${escapeAttribute(attachment.path)}"${lines}>\n${text}\n</${tag}>`;
}

export function userBlocks(entry: Pick<UserEntry, 'content' | 'attachments'>): ContentBlock[] {
  const attached = (entry.attachments ?? []).map((item) => ({
    type: 'text' as const,
    text: attachmentText(item),
  }));
  return sendable([...attached, ...entry.content]);
}

/** Thinking is kept only beside a tool call, whose answer the API wants to see signed; elsewhere it is not needed. */
function assistantBlocks(entry: AssistantEntry, answered: ReadonlySet<string>): ContentBlock[] {
  const calls = entry.content.filter((block) => block.type === 'tool_use' && answered.has(block.id));
  return sendable(
    entry.content.filter((block) => {
      switch (block.type) {
        case 'text':
          return true;
        case 'tool_use':
          return answered.has(block.id);
        case 'thinking':
        case 'redacted_thinking':
          return calls.length > 0;
        default:
          return block satisfies never;
      }
    }),
  );
}

/** Units of a branch, oldest first. Calls without a result, as an interruption leaves them, are dropped. */
export function unitsOf(path: readonly Entry[]): Unit[] {
  const answered = new Set(
    path.flatMap((entry) =>
      entry.kind === 'tool_result' ? entry.results.map((result) => result.tool_use_id) : [],
    ),
  );
  const units: Unit[] = [];
  for (const entry of path) {
    if (entry.kind === 'user') {
      const content = userBlocks(entry);
      if (content.length > 0) {
        units.push({
          entryIds: [entry.id],
          messages: [{ role: 'user', content }],
          opens: true,
          seq: entry.seq,
        });
      }
    } else if (entry.kind === 'assistant') {
      const content = assistantBlocks(entry, answered);
      if (content.length > 0) {
        units.push({
          entryIds: [entry.id],
          messages: [{ role: 'assistant', content }],
          opens: false,
          seq: entry.seq,
        });
      }
    } else if (entry.kind === 'tool_result') {
      const called = units.at(-1);
      // A result whose call is on no entry before it cannot be sent; the API refuses it.
      const results = called?.messages.at(-1);
      if (!called || results?.role !== 'assistant') continue;
      called.entryIds.push(entry.id);
      called.messages.push({ role: 'user', content: [...entry.results] });
    }
  }
  return units;
}

/** Joins neighbours of the same role, so that roles alternate as the API asks for. */
export function mergeMessages(messages: readonly RequestMessage[]): RequestMessage[] {
  const merged: RequestMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role === message.role) last.content.push(...message.content);
    else merged.push({ role: message.role, content: [...message.content] });
  }
  return merged;
}
