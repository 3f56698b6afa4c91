/** What an answer without a stream says, with neighbouring texts joined, since a secret may lie across two of them. */
import { z } from 'zod';
import type { Said } from '../../core/relay.ts';
import { jsonOf } from '../cache/plainAnswer.ts';

const block = z.looseObject({ type: z.string(), text: z.string().optional() });
const message = z.looseObject({ content: z.array(block) });
type Block = z.infer<typeof block>;

/** As it is where nothing is to be joined, and where it is no whole message of Claude's API. */
export function saidInWhole(said: Said): Said {
  const answer = said.more ? undefined : message.safeParse(jsonOf(said.text)).data;
  if (!answer) return said;
  const content: Block[] = [];
  for (const one of answer.content) {
    const last = content.at(-1);
    const isText = one.type === 'text' && last?.type === 'text';
    if (isText) content[content.length - 1] = { ...last, text: (last.text ?? '') + (one.text ?? '') };
    else content.push(one);
  }
  if (content.length === answer.content.length) return said;
  return { text: JSON.stringify({ ...answer, content }), more: false };
}
