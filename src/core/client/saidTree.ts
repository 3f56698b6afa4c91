/** What was said in a session, as a tree of its branches in which a client's messages are found again. Pure. */

import type { ContentBlock } from '../../protocol/content.ts';
import type { Entry } from '../../protocol/entries.ts';
import { type SaidItem, type SaidMessage, saidItems } from '../../protocol/wires/saidMessages.ts';
import { contentHash } from '../context/contentHash.ts';

/** An entry in which something was said. */
export interface SaidNode {
  /** Undefined for the beginning, at which nothing was said. */
  id: string | undefined;
  turnId: string | undefined;
  role: SaidItem['role'] | undefined;
  /** Something that the user said, and no result of a call. */
  isInput: boolean;
  parent: SaidNode | undefined;
  children: SaidNode[];
  /** Names of what was said, which take less room than the words. */
  keys: string[];
  seq: number;
  /** Ids of the calls it makes. */
  calls: string[];
  /** An answer that came to its end. */
  done: boolean;
}

export interface Found {
  node: SaidNode;
  /** How many of the items stand before and in the node. */
  used: number;
}

/** The name of an item, of which a long text has no more than a short one. */
export const nameOf = ({ key }: Pick<SaidItem, 'key'>): string => contentHash(key);

const node = (more: Partial<SaidNode>): SaidNode => ({
  id: undefined,
  turnId: undefined,
  role: undefined,
  isInput: false,
  parent: undefined,
  children: [],
  keys: [],
  seq: 0,
  calls: [],
  done: false,
  ...more,
});

export class SaidTree {
  readonly root: SaidNode = node({});
  /** Entries in which nothing was said stand for what was said before them. */
  readonly #byId = new Map<string, SaidNode>();
  #head = this.root;
  #seq = 0;

  /** The last thing said on the active branch. */
  get head(): SaidNode {
    return this.#head;
  }

  /** Place in the log of the newest entry that was added. */
  get seq(): number {
    return this.#seq;
  }

  /** What was said up to an entry; the beginning for one that is not there. */
  after(entryId: string | undefined): SaidNode {
    return (entryId === undefined ? undefined : this.#byId.get(entryId)) ?? this.root;
  }

  /** The last thing that was answered in a turn; undefined where nothing was. */
  answerOf(turnId: string): SaidNode | undefined {
    let found: SaidNode | undefined;
    for (const one of this.#byId.values())
      if (one.turnId === turnId && one.role === 'assistant' && one.seq >= (found?.seq ?? 0)) found = one;
    return found;
  }

  /** In the order of the log. */
  add(entry: Entry): void {
    const parent = this.after(entry.parentId ?? undefined);
    const message = messageOf(entry);
    const keys = message ? saidItems(message).map(nameOf) : [];
    let at = parent;
    if (message && keys.length > 0) {
      at = node({
        id: entry.id,
        turnId: 'turnId' in entry ? entry.turnId : undefined,
        role: message.role,
        isInput: entry.kind === 'user',
        parent,
        keys,
        seq: entry.seq,
        calls: message.content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : [])),
        done: entry.kind === 'assistant' && entry.outcome === 'done',
      });
      parent.children.push(at);
    }
    this.#byId.set(entry.id, at);
    this.#head = at;
    this.#seq = entry.seq;
  }

  /** The longest way from the beginning along which the session says what the items say; of several the newest. */
  longest(names: readonly string[]): Found {
    let best: Found = { node: this.root, used: 0 };
    const open: Found[] = [best];
    for (let at = open.pop(); at; at = open.pop()) {
      const { node: from, used } = at;
      if (used > best.used || (used === best.used && from.seq > best.node.seq)) best = at;
      for (const child of from.children)
        if (child.keys.every((key, index) => names[used + index] === key))
          open.push({ node: child, used: used + child.keys.length });
    }
    return best;
  }

  /** Whether the items are the last things said on the active branch. */
  endsWith(names: readonly string[]): boolean {
    let left = names.length;
    for (let at: SaidNode | undefined = this.#head; at && left > 0; at = at.parent) {
      const from = left - at.keys.length;
      if (at === this.root || from < 0 || !at.keys.every((key, index) => names[from + index] === key))
        return false;
      left = from;
    }
    return left === 0;
  }
}

function messageOf(entry: Entry): SaidMessage | undefined {
  const said = (role: SaidMessage['role'], content: ContentBlock[]) => ({ role, content });
  switch (entry.kind) {
    case 'user':
      return said('user', entry.content);
    case 'assistant':
      return said('assistant', entry.content);
    case 'tool_result':
      return said('user', entry.results);
    case 'frame':
    case 'directive':
    case 'task':
    case 'title':
    case 'model':
    case 'profile':
    case 'rewind':
      return undefined;
    default:
      return entry satisfies never;
  }
}
