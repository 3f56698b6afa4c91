import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { fromErrorInfo, scopeMissing, turnWithdrawn, unexpected } from '../../core/errors.ts';
import { type Citation, plainText } from '../../protocol/content.ts';
import { type GroundingMode, groundingModes } from '../../protocol/entries.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import { inNewSession } from '../newSession.ts';
import type { McpAccess } from './access.ts';
import type { RunTool } from './results.ts';

/** Progress is told after so many characters: a line or two of text. */
const told = 200;

export function registerAsk(server: McpServer, access: McpAccess, run: RunTool): void {
  server.registerTool(
    'ask',
    {
      title: 'Ask Causeway',
      description:
        'Asks the workspace’s assistant, in a session that keeps the conversation. Give the session of an earlier answer to go on in it.',
      inputSchema: z.object({
        question: z.string().min(1).max(1_000_000),
        session: z.uuid().optional().describe('Id of a session; a new one when absent.'),
        model: z.string().optional().describe('provider/model; the session’s when absent.'),
        grounding: z
          .enum(groundingModes)
          .optional()
          .describe('What of the workspace goes with the question.'),
      }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    },
    ({ question, session, model, grounding }, context) =>
      run('ask', async () => {
        const { assistant, made } = access;
        const input = {
          text: question,
          ...made,
          ...(model === undefined ? {} : { model }),
          ...groundedWithin(access, grounding),
        };
        const signal = AbortSignal.any([context.mcpReq.signal, access.signal]);
        const { budget, over } = await access.limits();
        const begin = async () => {
          if (session) return assistant.startTurn((await access.session(session)).id, input, signal, budget);
          return inNewSession(assistant, { ...made, ...access.owner }, (id) =>
            assistant.startTurn(id, input, signal, budget),
          );
        };
        const turn = await begin().catch((error: unknown) => {
          over();
          throw error;
        });
        const last = await followed(turn.events, context).finally(over);
        if (last?.type === 'turn.withdrawn') throw turnWithdrawn();
        if (last?.type !== 'turn.ended' || last.entry.kind !== 'assistant') throw unexpected(last?.type);
        const { content, outcome = 'done', error } = last.entry;
        if (outcome === 'failed' || outcome === 'interrupted')
          throw error === undefined ? unexpected(undefined) : fromErrorInfo(error);
        const citations = content.flatMap((block) => (block.type === 'text' ? (block.citations ?? []) : []));
        const text = plainText(content);
        return {
          text: [text, ...citations.map(cited), `(session ${turn.sessionId})`].join('\n'),
          structured: { session: turn.sessionId, turn: turn.turnId, outcome, text, citations },
        };
      }),
  );
}

const cited = ({ index, path, startLine, endLine }: Citation): string =>
  `[${index}] ${path}:${startLine}-${endLine}`;

/** Reads all events, and tells whoever asked for it how far the answer has come. */
async function followed(
  events: AsyncIterable<TurnEvent>,
  { mcpReq }: ServerContext,
): Promise<TurnEvent | undefined> {
  const progressToken = mcpReq._meta?.progressToken;
  let last: TurnEvent | undefined;
  let characters = 0;
  let next = 1;
  for await (const event of events) {
    last = event;
    if (event.type !== 'turn.text' || progressToken === undefined) continue;
    characters += event.text.length;
    if (characters < next) continue;
    next = characters + told;
    await mcpReq.notify({
      method: 'notifications/progress',
      params: { progressToken, progress: characters, message: `${characters} characters of the answer` },
    });
  }
  return last;
}

/** Without the scope, nothing of the workspace's files goes with a turn. Throws `scope_missing` where some was asked for. */
function groundedWithin(
  access: McpAccess,
  grounding: GroundingMode | undefined,
): { grounding?: GroundingMode } {
  if (access.may('grounding')) return grounding === undefined ? {} : { grounding };
  if (grounding !== undefined && grounding !== 'off') throw scopeMissing('grounding');
  return { grounding: 'off' };
}
