/** A client's messages as entries of a session. */
import type { UserBlock } from '../../protocol/content.ts';
import { assistantBlock } from '../../protocol/content.ts';
import type { Door, EntryDraft, GroundingMode } from '../../protocol/entries.ts';
import type { Run } from './place.ts';

export interface Marks {
  at: number;
  door: Door;
  client?: string;
}

/**
 * What the client says was said before, in entries that follow each other after `afterId`. Answers among them came from
 * elsewhere: their provider is `client`, and they have no price.
 */
export function historyDrafts(
  runs: readonly Run[],
  after: { id: string | undefined; turnId: string | undefined },
  marks: Marks,
  model: string,
): (EntryDraft & { turnId: string })[] {
  let parentId = after.id ?? null;
  let turnId = after.turnId ?? crypto.randomUUID();
  return runs.map((run, index) => {
    // An answer from elsewhere is never a second end of a turn that is there.
    const beginsAnother = run.kind === 'assistant' && runs[index - 1]?.kind !== 'user';
    if (run.kind === 'user' || beginsAnother) turnId = crypto.randomUUID();
    const common = { ...marks, id: crypto.randomUUID(), parentId, turnId };
    parentId = common.id;
    switch (run.kind) {
      case 'user':
        return { ...common, kind: 'user', content: run.items.flatMap(userBlocks), grounding: noGrounding };
      case 'assistant': {
        const content = run.items.flatMap((item) => assistantBlock.array().parse(item.content));
        const calls = content.some(({ type }) => type === 'tool_use');
        const stopReason = calls ? ('tool_use' as const) : ('end_turn' as const);
        return {
          ...common,
          kind: 'assistant',
          provider: 'client',
          model,
          content,
          outcome: 'done',
          stopReason,
        };
      }
      case 'results':
        return { ...common, kind: 'tool_result', results: run.results };
      default:
        return run satisfies never;
    }
  });
}

const noGrounding: GroundingMode = 'off';

const userBlocks = ({ content }: { content: readonly { type: string }[] }): UserBlock[] =>
  content.filter((block): block is UserBlock => ['text', 'image', 'document'].includes(block.type));
