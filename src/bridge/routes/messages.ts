import { invalidInput } from '../../core/errors.ts';
import {
  plainRequest,
  readPlainRequest,
  readSessionRequest,
  sessionRequest,
} from '../../protocol/wires/sessionRequest.ts';
import { type BodyReader, utf8 } from '../body.ts';
import type { Route, RouteCall } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';
import { parseJson } from '../parse.ts';
import { AnthropicAnswer } from '../wire/anthropicAnswer.ts';
import { bindingOf } from '../wire/binding.ts';
import type { ModelCalls } from '../wire/modelCalls.ts';
import type { PlainCalls } from '../wire/plainCalls.ts';
import { ServerAnswer } from '../wire/serverAnswer.ts';
import { beginningOf, chatPath, serverBody } from '../wire/serverBody.ts';
import type { SessionCalls } from '../wire/sessionCalls.ts';
import { readTopLevel, withTopLevel } from '../wire/topLevel.ts';
import { anthropicWriter } from '../wire/wireWriter.ts';

/** Of a model's name as it is logged, in UTF-16 code units; names of models are far shorter. */
const longestModel = 200;

/**
 * Anthropic's Messages API: passed on as it is to Claude, whatever a later version adds to a request, and translated for
 * other models.
 */
export function messageRoutes(
  calls: ModelCalls,
  plain: PlainCalls,
  sessions: SessionCalls,
  bodies: BodyReader,
): Route[] {
  const route = (
    pattern: string,
    answer: (call: RouteCall, bytes: Buffer) => Promise<BridgeResponse>,
  ): Route => ({
    method: 'POST',
    pattern,
    scope: 'models',
    async answer(call) {
      const held = await bodies.bytes(call.request);
      try {
        return await answer(call, held.bytes);
      } finally {
        bodies.release(held);
      }
    },
  });

  async function answered(call: RouteCall, bytes: Buffer): Promise<BridgeResponse> {
    const { model, stream, max_tokens } = readTopLevel(bytes, ['model', 'stream', 'max_tokens']);
    const name = modelName(model);
    const binding = bindingOf(call.request, name);
    if (binding) {
      const request = readSessionRequest(parseJson(utf8(bytes), sessionRequest));
      const { ignored } = request;
      return sessions.answer(call, {
        wire: 'anthropic',
        binding,
        request,
        writer: anthropicWriter,
        ignored,
      });
    }
    const maxTokens = typeof max_tokens === 'number' ? max_tokens : undefined;
    return plain.send(call, {
      wire: 'anthropic',
      name,
      asked: bytes,
      stream: stream === true,
      conversation: () => beginningOf(bytes),
      toClaude: (id) => ({
        path: messagesPath + queryOf(call.request.target),
        body: id === name ? bytes : withTopLevel(bytes, 'model', id),
        maxTokens,
        reader: passedAnswer,
      }),
      toServer(one) {
        const given = parseJson(utf8(bytes), plainRequest);
        const { body, unmet } = serverBody(one, readPlainRequest(given), given);
        const { id } = one.model;
        return {
          path: chatPath,
          body,
          maxTokens,
          reader: (host, key) =>
            new ServerAnswer({
              host,
              key,
              model: id,
              reading: one.reading(),
              writer: anthropicWriter(),
              ignored: unmet,
            }),
        };
      },
    });
  }

  /** Only Claude's API counts before it is asked. */
  async function counted(call: RouteCall, bytes: Buffer): Promise<BridgeResponse> {
    const name = modelName(readTopLevel(bytes, ['model']).model);
    const id = await plain.claudes(name);
    return calls.send(call, {
      wire: 'anthropic',
      operation: 'count_tokens',
      method: 'POST',
      path: countPath + queryOf(call.request.target),
      model: id,
      stream: false,
      body: id === name ? bytes : withTopLevel(bytes, 'model', id),
      reader: passedAnswer,
    });
  }

  return [route(messagesPath, answered), route(countPath, counted)];
}

const messagesPath = '/v1/messages';
const countPath = '/v1/messages/count_tokens';
const passedAnswer = (host: string) => new AnthropicAnswer(host);

/** Throws `invalid_input`. */
export function modelName(value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= longestModel) return value;
  throw invalidInput('model', 'something else', 'the name of a model');
}

/** The query as it came, with its question mark. */
export function queryOf(target: string): string {
  const at = target.indexOf('?');
  return at < 0 ? '' : target.slice(at);
}
