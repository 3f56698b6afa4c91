import type { Clock } from '../../core/ports.ts';
import { anthropicVersion, versionHeader } from '../../protocol/wires/anthropic.ts';
import {
  type ResponsesRequest,
  responsesMessages,
  responsesRequest,
} from '../../protocol/wires/responsesRequest.ts';
import {
  conversationIdOf,
  namedState,
  newResponseId,
  responseIdOf,
} from '../../protocol/wires/responsesState.ts';
import {
  plainRequest,
  readPlainRequest,
  readSessionRequest,
  sessionRequest,
} from '../../protocol/wires/sessionRequest.ts';
import type { BodyReader } from '../body.ts';
import type { Route, RouteCall } from '../exchange.ts';
import { parseJson, parseValue, withFields } from '../parse.ts';
import { type Binding, bindingOf } from '../wire/binding.ts';
import type { PlainCalls } from '../wire/plainCalls.ts';
import { ServerAnswer } from '../wire/serverAnswer.ts';
import { chatPath, firstSaid, serverBody } from '../wire/serverBody.ts';
import type { SessionCalls } from '../wire/sessionCalls.ts';
import { TranslatedAnswer } from '../wire/translatedAnswer.ts';
import { responsesWriter } from '../wire/wireWriter.ts';

/**
 * OpenAI's Responses, translated for whichever model is asked. It is never passed on as it is: what servers keep under
 * the user's key has ids by which any program could read it.
 */
export const responsesRoute = (
  plain: PlainCalls,
  sessions: SessionCalls,
  bodies: BodyReader,
  clock: Clock,
): Route => ({
  method: 'POST',
  pattern: '/v1/responses',
  scope: 'models',
  async answer(call) {
    const request = parseJson(await bodies.text(call.request), responsesRequest);
    const named = call.request.headers.get(versionHeader);
    const created = Math.floor(clock.now() / 1000);
    const binding = withFields(() => boundTo(call, request));
    const { body, ignored } = withFields(() => responsesMessages(request, named ?? anthropicVersion));
    if (binding) {
      const read = readSessionRequest(parseValue(body, sessionRequest, 'body'));
      return sessions.answer(call, {
        wire: 'openai',
        binding,
        request: read,
        writer: (of) =>
          responsesWriter({
            id: responseIdOf(of),
            created,
            request,
            conversation: conversationIdOf(of.sessionId),
          }),
        ignored: [...ignored, ...read.ignored],
      });
    }
    const maxTokens = Number(body.max_tokens);
    const writer = () => responsesWriter({ id: newResponseId(), created, request });
    return plain.send(call, {
      wire: 'openai',
      name: request.model,
      stream: request.stream === true,
      conversation: () => firstSaid(body),
      toClaude: (id) => ({
        path: '/v1/messages',
        body: Buffer.from(JSON.stringify({ ...body, model: id })),
        maxTokens,
        headers: named === undefined ? [versionHeader, anthropicVersion] : [],
        reader: (host) => new TranslatedAnswer({ host, ignored, writer: writer() }),
      }),
      toServer(one) {
        const given = parseValue(body, plainRequest, 'body');
        const sent = serverBody(one, readPlainRequest(given), given);
        const unmet = sent.unmet.map(writer().nameOf);
        return {
          path: chatPath,
          body: sent.body,
          maxTokens,
          reader: (host, key) =>
            new ServerAnswer({
              host,
              key,
              model: one.model.id,
              reading: one.reading(),
              writer: writer(),
              ignored: [...ignored, ...unmet],
            }),
        };
      },
    });
  },
});

/** Throws a `ZodError` that names the field, and `invalid_input`. */
function boundTo(call: RouteCall, request: ResponsesRequest): Binding | undefined {
  // The body may name a session by itself, so that the headers alone do not say whether there is one.
  const { previous_response_id, conversation } = request;
  const namesOne = Boolean(previous_response_id) || Boolean(conversation);
  const bound = bindingOf(call.request, request.model, namesOne ? 'auto' : undefined);
  const { sessionId, afterTurnId } = namedState(request, bound?.session);
  if (!bound || sessionId === undefined) return bound;
  return { ...bound, session: sessionId, ...(afterTurnId === undefined ? {} : { afterTurnId }) };
}
