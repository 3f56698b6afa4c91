/** Results of tools, bounded and told apart from instructions. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { withoutEnd } from '../../core/context/tags.ts';
import { CausewayError, toErrorInfo } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';

/** Characters of one result: what a model reads at once; whoever wants more asks for less at a time. */
export const longest = 60_000;

export function bounded(text: string): string {
  return text.length <= longest ? text : cut(text, longest);
}

const cut = (text: string, length: number): string =>
  `${text.slice(0, length)}\n(${text.length - length} more characters were left out.)`;

/** A part of a result that somebody else wrote, in a tag of its own. `attributes` are written as they are. */
export const quoted = (tag: string, attributes: string, text: string): string =>
  `<${tag} ${attributes}>\n${withoutEnd(tag, text)}\n</${tag}>`;

/** Most characters of a text and most items of a list in a value that is too large; tried in this order. */
const cuts = [
  { text: 16_384, items: 1000 },
  { text: 4096, items: 200 },
  { text: 1024, items: 100 },
  { text: 256, items: 50 },
  { text: 64, items: 10 },
] as const;

/** The value, or the same with its longest texts and lists shortened, and `shortened` in it, as far as it takes. */
export function boundedValue(value: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(value).length <= longest) return value;
  let smaller: Record<string, unknown> = {};
  for (const limits of cuts) {
    smaller = { ...shortenedRecord(value, limits), shortened: true };
    if (JSON.stringify(smaller).length <= longest) break;
  }
  return smaller;
}

type Cut = (typeof cuts)[number];

const shortenedRecord = (record: object, limits: Cut): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([name, inner]) => [name, shortened(inner, limits)]));

function shortened(value: unknown, limits: Cut): unknown {
  if (typeof value === 'string') return value.length <= limits.text ? value : cut(value, limits.text);
  if (Array.isArray(value)) return value.slice(0, limits.items).map((one) => shortened(one, limits));
  return typeof value === 'object' && value !== null ? shortenedRecord(value, limits) : value;
}

/** What a tool found, for the model to read and for the program to work with. */
export interface Found {
  text: string;
  structured: Record<string, unknown>;
}

/** Runs a tool, by its name. */
export type RunTool = (tool: string, run: () => Promise<Found>) => Promise<CallToolResult>;

/**
 * What is found stands within a tag that marks it as data, whoever wrote it. What goes wrong is for the model to read:
 * the words of the error, and no more; what nobody expected is in the log.
 */
export const toolRunner =
  (log: Log): RunTool =>
  async (tool, run) => {
    try {
      const { text, structured } = await run();
      return {
        content: [{ type: 'text', text: quoted('result', `tool="${tool}"`, bounded(text)) }],
        structuredContent: boundedValue(structured),
      };
    } catch (error) {
      const { code, message } = toErrorInfo(error);
      if (!(error instanceof CausewayError))
        log.error(`The tool ${tool} of MCP failed in an unexpected way.`, error);
      return { isError: true, content: [{ type: 'text', text: `${message} (${code})` }] };
    }
  };
