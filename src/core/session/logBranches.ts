/** The tree of a session's log, from its links alone. */
import type { EntryKind } from '../../protocol/entries.ts';
import type { SessionStore, TreeLink } from './store.ts';

/** Links read at a time, so that no answer of the store holds the thread for more than a few ms. */
const pageSize = 2_048;

export async function readLinks(store: Pick<SessionStore, 'links'>, sessionId: string): Promise<TreeLink[]> {
  const links: TreeLink[] = [];
  for (;;) {
    const page = await store.links(sessionId, { afterSeq: links.at(-1)?.seq ?? 0, limit: pageSize });
    links.push(...page);
    if (page.length < pageSize) return links;
  }
}

/** Kinds that the conversation is made of; entries of others stand between turns and part nothing. */
const said: ReadonlySet<EntryKind> = new Set(['user', 'assistant', 'tool_result']);

export interface Leaf {
  leafId: string;
  leafSeq: number;
}

export class LogBranches {
  readonly #active = new Set<string>();
  readonly #newest = new Map<string, Leaf>();
  /** Inputs by what was said before them; '' at the root. */
  readonly #inputs = new Map<string, string[]>();

  /** Takes all links of a session in the order of its log. */
  constructor(links: readonly TreeLink[]) {
    const byId = new Map(links.map((link) => [link.id, link]));
    for (let at = links.at(-1); at; at = byId.get(at.parentId ?? '')) this.#active.add(at.id);
    const saidLast = new Map<string, string>();
    for (const { id, kind, parentId } of links) {
      const before = saidLast.get(parentId ?? '') ?? '';
      saidLast.set(id, said.has(kind) ? id : before);
      if (kind !== 'user') continue;
      const beside = this.#inputs.get(before);
      if (beside) beside.push(id);
      else this.#inputs.set(before, [id]);
    }
    // Children come after their parents, so that from the end on each is whole when its parent takes it in.
    for (const link of links.toReversed()) this.#raise(link);
  }

  isActive(entryId: string): boolean {
    return this.#active.has(entryId);
  }

  /** Where the branch that an entry is on was last. */
  newestBelow(entryId: string): Leaf | undefined {
    return this.#newest.get(entryId);
  }

  /** Inputs that stand beside each other, of which one is on the active branch; in the order of the log. */
  get forks(): { activeId: string; inputIds: string[] }[] {
    return [...this.#inputs.values()].flatMap((inputIds) => {
      const activeId = inputIds.find((id) => this.#active.has(id));
      return activeId === undefined || inputIds.length < 2 ? [] : [{ activeId, inputIds }];
    });
  }

  #raise({ id, kind, parentId, seq }: TreeLink): void {
    const below = this.#newest.get(id);
    // A rewind says nothing: what it went back to is where the branch was, and chains of rewinds need not grow.
    const own = { leafId: kind === 'rewind' ? (parentId ?? id) : id, leafSeq: seq };
    const newest = below && below.leafSeq > seq ? below : own;
    this.#newest.set(id, newest);
    if (parentId === null) return;
    const beside = this.#newest.get(parentId);
    if (!beside || beside.leafSeq < newest.leafSeq) this.#newest.set(parentId, newest);
  }
}
