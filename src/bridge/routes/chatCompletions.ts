import { z } from 'zod';
import type { Clock } from '../../core/ports.ts';
import { anthropicVersion, versionHeader } from '../../protocol/wires/anthropic.ts';
import { chatRequest, messagesRequest, type TranslatedRequest } from '../../protocol/wires/chatRequest.ts';
import { readSessionRequest, sessionRequest } from '../../protocol/wires/sessionRequest.ts';
import type { BodyReader } from '../body.ts';
import type { Route } from '../exchange.ts';
import { FieldError, parseJson, parseValue } from '../parse.ts';
import { bindingOf } from '../wire/binding.ts';
import { ChatAnswer } from '../wire/chatAnswer.ts';
import type { ModelCalls } from '../wire/modelCalls.ts';
import type { SessionCalls } from '../wire/sessionCalls.ts';
import { openAiWriter } from '../wire/wireWriter.ts';

/** OpenAI's chat completions, translated to Anthropic's messages and back. */
export const chatRoute = (
  calls: ModelCalls,
  sessions: SessionCalls,
  bodies: BodyReader,
  clock: Clock,
): Route => ({
  method: 'POST',
  pattern: '/v1/chat/completions',
  scope: 'models',
  async answer(call) {
    const text = await bodies.text(call.request);
    const request = parseJson(text, chatRequest);
    const named = call.request.headers.get(versionHeader);
    const { body, ignored, includeUsage } = translated(() =>
      messagesRequest(request, named ?? anthropicVersion),
    );
    const binding = bindingOf(call.request, request.model);
    const created = Math.floor(clock.now() / 1000);
    if (binding) {
      const read = readSessionRequest(parseValue(body, sessionRequest, 'body'));
      return sessions.answer(call, {
        wire: 'openai',
        binding,
        request: read,
        writer: openAiWriter(created, includeUsage, [...ignored, ...read.ignored]),
      });
    }
    return calls.send(call, {
      wire: 'openai',
      operation: 'messages',
      method: 'POST',
      path: '/v1/messages',
      model: request.model,
      stream: request.stream === true,
      body: Buffer.from(JSON.stringify(body)),
      maxTokens: typeof body.max_tokens === 'number' ? body.max_tokens : undefined,
      variant: JSON.stringify([includeUsage, ignored]),
      headers: named === undefined ? [versionHeader, anthropicVersion] : [],
      reader: (host) => new ChatAnswer({ host, ignored, includeUsage, created }),
    });
  },
});

/** What cannot be translated is told by its field. */
function translated(translate: () => TranslatedRequest): TranslatedRequest {
  try {
    return translate();
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    if (!issue) throw error;
    throw new FieldError(issue.path.join('.'), 'something else', issue.message);
  }
}
