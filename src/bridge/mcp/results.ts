/** Results of tools, bounded and told apart from instructions. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { toErrorInfo } from '../../core/errors.ts';

/** Characters of one result: what a model reads at once; whoever wants more asks for less at a time. */
const longest = 60_000;

export function bounded(text: string): string {
  return text.length <= longest
    ? text
    : `${text.slice(0, longest)}\n(${text.length - longest} more characters were left out.)`;
}

export const textResult = (text: string, structured?: Record<string, unknown>): CallToolResult => ({
  content: [{ type: 'text', text: bounded(text) }],
  ...(structured === undefined ? {} : { structuredContent: structured }),
});

/** What goes wrong in a tool is for the model to read: the words of the error, and no more. */
export async function orError(run: () => Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await run();
  } catch (error) {
    const { code, message } = toErrorInfo(error);
    return { isError: true, content: [{ type: 'text', text: `${message} (${code})` }] };
  }
}
