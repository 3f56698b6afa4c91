/** What of a program's call the user's transforms see, and the body with what they made of it. Pure. */
import type { TransformForm } from '../../core/relay.ts';
import { readTopLevel, withoutTopLevel, withTopLevel } from './topLevel.ts';

type Parts = Record<string, unknown>;

const fields = {
  messages: ['system', 'messages', 'tools'],
  chat: ['messages', 'tools'],
  embeddings: ['input'],
} as const;

/** Texts that stand where blocks may stand are given as blocks, so that a module need not know both. Throws as `readTopLevel`. */
export function partsOf(form: TransformForm, body: Buffer): Parts {
  const read: Parts = { ...readTopLevel<string>(body, fields[form]) };
  if (form !== 'messages') return read;
  const { system = [], messages = [], ...rest } = read;
  return {
    system: asBlocks(system),
    // What is no list is for the API to refuse.
    messages: Array.isArray(messages) ? messages.map(withBlocks) : messages,
    ...rest,
  };
}

/** What speaks of tools: OpenAI refuses a list without any, and every API a choice among none. */
const ofTools = ['tools', 'tool_choice', 'parallel_tool_calls'];

/** Not a byte beside what was changed is another. */
export function bodyWith(body: Buffer, before: Parts, after: Parts): Buffer {
  let changed = body;
  for (const [name, value] of Object.entries(after)) {
    if (JSON.stringify(value) === JSON.stringify(before[name])) continue;
    if (name === 'tools' && isEmpty(value)) continue;
    const isThere = readTopLevel(changed, [name])[name] !== undefined;
    changed = isThere ? withTopLevel(changed, name, value) : withField(changed, name, value);
  }
  const hadTools = before.tools !== undefined && !isEmpty(before.tools);
  const hasTools = after.tools !== undefined && !isEmpty(after.tools);
  return hadTools && !hasTools ? ofTools.reduce(withoutTopLevel, changed) : changed;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const withBlocks = (message: unknown): unknown =>
  typeof message === 'object' && message !== null && 'content' in message
    ? { ...message, content: asBlocks(message.content) }
    : message;

const asBlocks = (content: unknown): unknown =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

function withField(body: Buffer, name: string, value: unknown): Buffer {
  const at = body.indexOf('{') + 1;
  const field = Buffer.from(`${JSON.stringify(name)}:${JSON.stringify(value)},`);
  return Buffer.concat([body.subarray(0, at), field, body.subarray(at)]);
}
