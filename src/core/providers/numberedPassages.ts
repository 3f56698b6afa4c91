/**
 * Passages for models whose wire has nothing that can be cited: they are numbered, and the model is asked to name the
 * numbers. `markedText.ts` reads them from the answer. Pure.
 */
import { attachmentText } from '../context/conversation.ts';
import type { LinkedImage, QuotedPassage, RequestBlock, WireRequest } from './provider.ts';

/** As what the user attaches is quoted. */
export const passageText = ({ place, text }: QuotedPassage): string =>
  attachmentText({ kind: 'selection', ...place, text });

/**
 * What an answer can cite, in the order of the numbers. Nothing where the answer has to follow a schema: marks within
 * its values would be none of them.
 */
export function citable({
  messages,
  outputSchema,
}: Pick<WireRequest, 'messages' | 'outputSchema'>): QuotedPassage[] {
  if (outputSchema !== undefined) return [];
  return messages.flatMap(({ content }) => content.filter((block) => block.type === 'passage'));
}

const instruction = (count: number): string =>
  `The passages numbered ${count === 1 ? '[1]' : `[1] to [${count}]`} above come from the workspace. Where a statement of your answer rests on one of them, write its number in square brackets right behind the statement, such as [1]. Use no other numbers in this way, and none within code.`;

/** The same request with numbered texts in the place of its passages, and how to cite them behind the last one. */
export function numbered<R extends Pick<WireRequest, 'messages' | 'outputSchema'>>(request: R): R {
  const count = citable(request).length;
  if (count === 0) return request;
  let number = 0;
  const messages = request.messages.map((message) => ({
    ...message,
    content: message.content.flatMap((block): (RequestBlock | LinkedImage)[] => {
      if (block.type !== 'passage') return [block];
      number++;
      const text = `[${number}]\n${passageText(block)}`;
      const { cache } = block;
      const mark = cache === undefined ? {} : { cache };
      return number < count
        ? [{ type: 'text', text, ...mark }]
        : [
            { type: 'text', text },
            { type: 'text', text: instruction(count), ...mark },
          ];
    }),
  }));
  return { ...request, messages };
}
