/** The tools of one turn. */
import type { ToolUseBlock } from '../../protocol/content.ts';
import { withoutEnd } from '../context/tags.ts';
import { CausewayError } from '../errors.ts';
import type { Log } from '../ports.ts';
import type { ToolDefinition } from '../providers/provider.ts';
import type { Tool, ToolContext, ToolResult } from './tool.ts';

/** Characters of one result, about 4,000 tokens: a result stays in the context of every later request of the turn. */
const mostCharacters = 16_000;

export class Tools {
  readonly #byName: ReadonlyMap<string, Tool>;
  readonly #log: Log;

  constructor(tools: readonly Tool[], log: Log) {
    this.#byName = new Map(tools.map((tool) => [tool.definition.name, tool]));
    this.#log = log;
  }

  /** In an order that stays the same, since the definitions stand at the beginning of what is cached. */
  get definitions(): ToolDefinition[] {
    return [...this.#byName.values()].map(({ definition }) => definition);
  }

  /**
   * The result as the model reads it: bounded, and within tags that mark it as data. Whatever goes wrong in a tool is
   * a result. Rejects only where the log of the session cannot be written, when the turn has no way on.
   */
  async call(call: ToolUseBlock, context: ToolContext): Promise<ToolResult> {
    const tool = this.#byName.get(call.name);
    if (!tool) {
      const names = [...this.#byName.keys()].join(', ') || 'none';
      return {
        content: `There is no tool ${JSON.stringify(call.name)}. Tools there are: ${names}.`,
        isError: true,
      };
    }
    try {
      const { content, isError } = await tool.call(call.input, context);
      const kept = await bounded(content, context);
      if (isError) return { content: kept, isError };
      return {
        content: `<result tool="${call.name}">\n${withoutEnd('result', kept)}\n</result>`,
        isError,
      };
    } catch (error) {
      if (error instanceof CausewayError || context.signal.aborted) throw error;
      this.#log.error(`The tool ${call.name} failed in an unexpected way.`, error);
      return { content: `${call.name}: it failed. Go on without it.`, isError: true };
    }
  }
}

/** Cut after a whole line where there is one, and masked before: half of a secret would not be known as one. */
async function bounded(content: string, { masked }: ToolContext): Promise<string> {
  if (content.length <= mostCharacters) return content;
  const text = await masked(content);
  if (text.length <= mostCharacters) return text;
  const end = text.lastIndexOf('\n', mostCharacters);
  const kept = text.slice(0, end > 0 ? end : mostCharacters);
  return `${kept}\n(${text.length - kept.length} more characters were left out. Ask for less.)`;
}
