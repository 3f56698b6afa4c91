import { invalidInput } from '../../core/errors.ts';
import { readSessionRequest, sessionRequest } from '../../protocol/wires/sessionRequest.ts';
import { type BodyReader, utf8 } from '../body.ts';
import type { Route, RouteCall } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';
import { parseJson } from '../parse.ts';
import { AnthropicAnswer } from '../wire/anthropicAnswer.ts';
import { bindingOf } from '../wire/binding.ts';
import type { ModelCalls } from '../wire/modelCalls.ts';
import type { SessionCalls } from '../wire/sessionCalls.ts';
import { readTopLevel } from '../wire/topLevel.ts';
import { anthropicWriter } from '../wire/wireWriter.ts';

/** Of a model's name as it is logged, in UTF-16 code units; names of models are far shorter. */
const longestModel = 200;

/** Anthropic's Messages API, passed on as it is: whatever a later version adds to a request passes too. */
export function messageRoutes(calls: ModelCalls, sessions: SessionCalls, bodies: BodyReader): Route[] {
  const route = (pattern: string, operation: 'messages' | 'count_tokens'): Route => ({
    method: 'POST',
    pattern,
    scope: 'models',
    answer: (call) => relayed(call, pattern, operation),
  });

  async function relayed(
    call: RouteCall,
    path: string,
    operation: 'messages' | 'count_tokens',
  ): Promise<BridgeResponse> {
    const held = await bodies.bytes(call.request);
    try {
      const { bytes } = held;
      const { model, stream, max_tokens } = readTopLevel(bytes, ['model', 'stream', 'max_tokens']);
      if (typeof model !== 'string' || model === '' || model.length > longestModel)
        throw invalidInput('model', 'something else', 'the name of a model');
      const binding = operation === 'messages' ? bindingOf(call.request, model) : undefined;
      if (binding) {
        const request = readSessionRequest(parseJson(utf8(bytes), sessionRequest));
        return await sessions.answer(call, {
          wire: 'anthropic',
          binding,
          request,
          writer: anthropicWriter,
          ignored: request.ignored,
        });
      }
      return await calls.send(call, {
        wire: 'anthropic',
        operation,
        method: 'POST',
        path: path + queryOf(call.request.target),
        model,
        stream: stream === true,
        body: bytes,
        maxTokens: typeof max_tokens === 'number' ? max_tokens : undefined,
        reader: (host) => new AnthropicAnswer(host),
      });
    } finally {
      bodies.release(held);
    }
  }

  return [route('/v1/messages', 'messages'), route('/v1/messages/count_tokens', 'count_tokens')];
}

/** The query as it came, with its question mark. */
export function queryOf(target: string): string {
  const at = target.indexOf('?');
  return at < 0 ? '' : target.slice(at);
}
