import type { Clock } from '../../core/ports.ts';
import { anthropicVersion, versionHeader } from '../../protocol/wires/anthropic.ts';
import { chatRequest, messagesRequest } from '../../protocol/wires/chatRequest.ts';
import { readSessionRequest, sessionRequest } from '../../protocol/wires/sessionRequest.ts';
import { type BodyReader, utf8 } from '../body.ts';
import type { Route, RouteCall } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';
import { parseJson, parseValue, withFields } from '../parse.ts';
import { bindingOf } from '../wire/binding.ts';
import { PassedChat } from '../wire/passedChat.ts';
import type { PlainCalls } from '../wire/plainCalls.ts';
import { beginningOf, chatPath } from '../wire/serverBody.ts';
import type { SessionCalls } from '../wire/sessionCalls.ts';
import { readTopLevel, withTopLevel } from '../wire/topLevel.ts';
import { TranslatedAnswer } from '../wire/translatedAnswer.ts';
import { openAiWriter } from '../wire/wireWriter.ts';
import { modelName } from './messages.ts';

/** OpenAI's chat completions: as they are to servers that speak them, translated to Anthropic's messages and back for Claude. */
export function chatRoute(
  plain: PlainCalls,
  sessions: SessionCalls,
  bodies: BodyReader,
  clock: Clock,
): Route {
  return {
    method: 'POST',
    pattern: '/v1/chat/completions',
    scope: 'models',
    async answer(call) {
      const held = await bodies.bytes(call.request);
      try {
        return await answered(call, held.bytes);
      } finally {
        bodies.release(held);
      }
    },
  };

  async function answered(call: RouteCall, bytes: Buffer): Promise<BridgeResponse> {
    const fields = ['model', 'stream', 'max_tokens', 'max_completion_tokens', 'n'] as const;
    const { model, stream, n, ...ceilings } = readTopLevel(bytes, fields);
    const name = modelName(model);
    const named = call.request.headers.get(versionHeader);
    const created = Math.floor(clock.now() / 1000);
    const translate = () => {
      const request = parseJson(utf8(bytes), chatRequest);
      return withFields(() => messagesRequest(request, named ?? anthropicVersion));
    };
    const binding = bindingOf(call.request, name);
    if (binding) {
      const { body, ignored, includeUsage } = translate();
      const read = readSessionRequest(parseValue(body, sessionRequest, 'body'));
      return sessions.answer(call, {
        wire: 'openai',
        binding,
        request: read,
        writer: () => openAiWriter(created, includeUsage),
        ignored: [...ignored, ...read.ignored],
      });
    }
    return plain.send(call, {
      wire: 'openai',
      name,
      stream: stream === true,
      asked: bytes,
      conversation: () => beginningOf(bytes),
      toClaude(id) {
        const { body, ignored, includeUsage } = translate();
        return {
          path: '/v1/messages',
          body: Buffer.from(JSON.stringify({ ...body, model: id })),
          maxTokens: typeof body.max_tokens === 'number' ? body.max_tokens : undefined,
          headers: named === undefined ? [versionHeader, anthropicVersion] : [],
          reader: (host) =>
            new TranslatedAnswer({ host, ignored, writer: openAiWriter(created, includeUsage) }),
        };
      },
      toServer: (one) => ({
        path: chatPath,
        body: withTopLevel(bytes, 'model', one.model.id),
        // Each of several answers may be as long as the ceiling says.
        maxTokens: (ceilingOf(ceilings) ?? one.model.maxOutput) * (typeof n === 'number' && n > 1 ? n : 1),
        reader: (host, key) => new PassedChat(host, key),
      }),
    });
  }
}

function ceilingOf({ max_completion_tokens, max_tokens }: Record<string, unknown>): number | undefined {
  const ceiling = max_completion_tokens ?? max_tokens;
  return typeof ceiling === 'number' ? ceiling : undefined;
}
