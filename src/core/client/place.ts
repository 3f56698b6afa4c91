/** Where in a session a client's messages belong: what of them is there already, and what is to be appended. Pure. */
import type { ToolResultBlock, UserBlock } from '../../protocol/content.ts';
import { type SaidItem, type SaidMessage, saidItems } from '../../protocol/wires/saidMessages.ts';
import { emptyInput, invalidInput } from '../errors.ts';
import { nameOf, type SaidNode, type SaidTree } from './saidTree.ts';

/** Items of one side that follow each other, to be kept as one entry. */
export type Run =
  | { kind: 'user'; items: SaidItem[] }
  | { kind: 'assistant'; items: SaidItem[] }
  | { kind: 'results'; results: ToolResultBlock[] };

export interface Place {
  /** After what the rest is appended; the root of the tree before everything. */
  after: SaidNode;
  /** What the session does not have, up to the input, oldest first. */
  missing: Run[];
  /** Results of calls, of which the input's message begins with. */
  results: ToolResultBlock[];
  /** What the user says; empty where the message holds results alone. */
  input: UserBlock[];
}

/**
 * The messages are matched to the session from its beginning, along the branch that has most of them. `whole` says that
 * they are the whole conversation. Without it those that are the newest of the active branch, and a single input, of
 * which no answer stands before, are what a client sends that does not keep its history: it goes on where the session
 * stands. Throws `invalid_input`, `empty_input`.
 */
export function placeOf(tree: SaidTree, messages: readonly SaidMessage[], whole: boolean): Place {
  const last = lastOf(messages);
  const input = inputOf(last);
  const history = messages.slice(0, -1).flatMap(saidItems);
  const names = history.map(nameOf);
  const found = tree.longest(names);
  const goesOn = !whole && found.used === 0 && !isRetry(tree, last, names) && tree.endsWith(names);
  const after = goesOn ? tree.head : found.node;
  const missing = goesOn ? [] : runsOf(history.slice(found.used));
  checkCalls(input.results, missing, after);
  return { after, missing, ...input };
}

/** Behind an answer of the session all messages are new. Throws as `placeOf`. */
export function placeBehind(after: SaidNode, messages: readonly SaidMessage[]): Place {
  const input = inputOf(lastOf(messages));
  const missing = runsOf(messages.slice(0, -1).flatMap(saidItems));
  checkCalls(input.results, missing, after);
  return { after, missing, ...input };
}

function lastOf(messages: readonly SaidMessage[]): SaidMessage {
  const last = messages.at(-1);
  if (last?.role === 'user') return last;
  throw invalidInput('messages', 'an answer as the last message', 'a message of the user as the last');
}

/** An input that the session begins with and that has no answer yet is sent once more, as clients do after an error. */
function isRetry(tree: SaidTree, last: SaidMessage, names: readonly string[]): boolean {
  if (names.length > 0) return false;
  const said = saidItems(last).map(nameOf);
  return tree.root.children.some(
    ({ keys, children }) =>
      keys.length === said.length &&
      keys.every((key, index) => key === said[index]) &&
      !children.some(({ done }) => done),
  );
}

function inputOf(last: SaidMessage): { results: ToolResultBlock[]; input: UserBlock[] } {
  const results: ToolResultBlock[] = [];
  const input: UserBlock[] = [];
  for (const block of last.content) {
    if (block.type === 'tool_result') results.push(block);
    else if (block.type === 'text' || block.type === 'image' || block.type === 'document') input.push(block);
  }
  const isBlank = input.every((block) => block.type === 'text' && block.text.trim() === '');
  if (isBlank && results.length === 0) throw emptyInput();
  return { results, input: isBlank ? [] : input };
}

export function runsOf(items: readonly SaidItem[]): Run[] {
  const runs: Run[] = [];
  for (const item of items) {
    const [block] = item.content;
    const last = runs.at(-1);
    if (block?.type === 'tool_result') {
      if (last?.kind === 'results') last.results.push(block);
      else runs.push({ kind: 'results', results: [block] });
    } else if (last?.kind === item.role) last.items.push(item);
    else runs.push({ kind: item.role, items: [item] });
  }
  return runs;
}

/** The API refuses a result whose call does not stand before it; here it would be left out without a word. */
function checkCalls(results: readonly ToolResultBlock[], missing: readonly Run[], after: SaidNode): void {
  if (results.length === 0) return;
  const last = missing.at(-1);
  const made =
    last === undefined
      ? after.calls
      : last.kind === 'assistant'
        ? last.items.flatMap(({ content }) =>
            content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])),
          )
        : [];
  if (!results.every(({ tool_use_id: id }) => made.includes(id)))
    throw invalidInput(
      'messages',
      'the result of a call that does not stand before it',
      'results of the calls before',
    );
}
