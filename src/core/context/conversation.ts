/** From the entries of a branch to the messages a model sees. Pure. */
import type { ContentBlock, ToolResultBlock } from '../../protocol/content.ts';
import type {
  AssistantEntry,
  Attachment,
  Entry,
  ToolResultEntry,
  UserEntry,
} from '../../protocol/entries.ts';
import type { RequestMessage } from '../providers/provider.ts';
import { escapeAttribute, withoutEnd } from './tags.ts';

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
  const { kind, path, text } = attachment;
  return `<${kind} path="${escapeAttribute(path)}"${lines}>\n${withoutEnd(kind, text)}\n</${kind}>`;
}

export function userBlocks(entry: Pick<UserEntry, 'content' | 'attachments'>): ContentBlock[] {
  // What was mentioned goes as passages beside the input, with its own turn alone.
  const attached = (entry.attachments ?? [])
    .filter(({ mention }) => !mention)
    .map((item) => ({ type: 'text' as const, text: attachmentText(item) }));
  return sendable([...attached, ...entry.content]);
}

/** Units of a branch, oldest first. */
export function unitsOf(path: readonly Entry[]): Unit[] {
  const units: Unit[] = [];
  const used = new Set<string>();
  const add = (entries: readonly Entry[], messages: RequestMessage[], opens: boolean): void => {
    const seq = entries[0]?.seq ?? 0;
    units.push({ entryIds: entries.map(({ id }) => id), messages, opens, seq });
  };
  let last: { entry: AssistantEntry; results: ToolResultEntry[] } | undefined;
  const endAnswer = (): void => {
    if (last) addAnswer(last.entry, last.results, used, add);
    last = undefined;
  };
  for (const entry of path) {
    switch (entry.kind) {
      case 'user': {
        endAnswer();
        const content = userBlocks(entry);
        if (content.length > 0) add([entry], [{ role: 'user', content }], true);
        break;
      }
      case 'assistant':
        endAnswer();
        last = { entry, results: [] };
        break;
      case 'tool_result':
        // A result whose call is not in the answer before it cannot be sent; the API refuses it.
        last?.results.push(entry);
        break;
      case 'frame':
      case 'directive':
      case 'task':
      case 'title':
      case 'model':
      case 'profile':
      case 'rewind':
        // Nobody said these; they may also stand between a call and its result.
        break;
      default:
        entry satisfies never;
    }
  }
  endAnswer();
  return units;
}

/** An answer with the results of its calls. Calls without a result, as an interruption leaves them, are dropped. */
function addAnswer(
  entry: AssistantEntry,
  following: readonly ToolResultEntry[],
  used: Set<string>,
  add: (entries: readonly Entry[], messages: RequestMessage[], opens: boolean) => void,
): void {
  const open = new Set(entry.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])));
  /** What the answered calls are called on the wire. */
  const answered = new Map<string, string>();
  const results: ToolResultBlock[] = [];
  const sent = following.filter((one) => {
    const fitting = one.results.filter(({ tool_use_id: id }) => {
      if (!open.delete(id)) return false;
      answered.set(id, freshId(id, used));
      return true;
    });
    results.push(...fitting.map((result) => sendableResult(result, answered)));
    return fitting.length > 0;
  });
  const content = assistantBlocks(entry, answered);
  if (content.length === 0) return;
  const said: RequestMessage = { role: 'assistant', content };
  if (sent.length === 0) add([entry], [said], false);
  else add([entry, ...sent], [said, { role: 'user', content: results }], false);
}

/** Some endpoints number the calls of each answer anew, and the API takes an id only once in a request. */
function freshId(id: string, used: Set<string>): string {
  let fresh = id;
  for (let number = 2; used.has(fresh); number++) fresh = `${id}_${number}`;
  used.add(fresh);
  return fresh;
}

const sendableResult = (result: ToolResultBlock, ids: ReadonlyMap<string, string>): ToolResultBlock => ({
  ...result,
  tool_use_id: ids.get(result.tool_use_id) ?? result.tool_use_id,
  content: result.content.filter((block) => block.type !== 'text' || hasText(block.text)),
});

/**
 * Thinking is kept only beside a tool call, whose answer the API wants to see signed; elsewhere it is not needed,
 * and what was cut off has no signature.
 */
function assistantBlocks(entry: AssistantEntry, answered: ReadonlyMap<string, string>): ContentBlock[] {
  const left = new Map(answered);
  return sendable(
    entry.content.flatMap((block): ContentBlock[] => {
      switch (block.type) {
        case 'text':
          return [block];
        case 'tool_use': {
          const id = left.get(block.id);
          left.delete(block.id);
          return id === undefined ? [] : [{ ...block, id }];
        }
        case 'thinking':
          return answered.size > 0 && block.signature !== '' ? [block] : [];
        case 'redacted_thinking':
          return answered.size > 0 ? [block] : [];
        default:
          return block satisfies never;
      }
    }),
  );
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
