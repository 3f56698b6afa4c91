import type { Relayed } from '../../core/assistant.ts';
import { CausewayError } from '../../core/errors.ts';
import { anthropicVersion, versionHeader } from '../../protocol/wires/anthropic.ts';
import { listedModel, listedModels, openAiModel, serverModel } from '../../protocol/wires/openai.ts';
import type { Route, RouteCall } from '../exchange.ts';
import { type BridgeResponse, json } from '../http.ts';
import { AnthropicAnswer } from '../wire/anthropicAnswer.ts';
import type { ModelCalls } from '../wire/modelCalls.ts';
import { OpenAiAnswer } from '../wire/openAiAnswer.ts';
import { queryOf } from './messages.ts';

/** The most that one page of Anthropic's list holds; OpenAI's list has no pages. */
const wholeList = '?limit=1000';

/**
 * The models that Claude's key may use, asked of upstream each time. Both wires have this path; a request that names a
 * version of Anthropic's is answered in its shape, any other in OpenAI's, in which other servers and routes stand too.
 */
export function modelRoutes(relayed: Relayed, calls: ModelCalls): Route[] {
  const speaksAnthropic = ({ request }: RouteCall): boolean => request.headers.has(versionHeader);

  const raw = (call: RouteCall, path: string): Promise<BridgeResponse> =>
    calls.send(call, {
      ...asked('anthropic', path + queryOf(call.request.target)),
      reader: (host) => new AnthropicAnswer(host),
    });
  const translated = (call: RouteCall, path: string, translate: (answer: unknown) => unknown) =>
    calls.send(call, {
      ...asked('openai', path),
      headers: [versionHeader, anthropicVersion],
      reader: (host) => new OpenAiAnswer(host, translate),
    });

  async function all(call: RouteCall): Promise<BridgeResponse> {
    const others = (await relayed.names()).map(({ name, owner }) => serverModel(name, owner));
    const listOf = (data: object[]) => ({ object: 'list', data: [...data, ...others] });
    try {
      return await translated(call, `/v1/models${wholeList}`, (answer) =>
        listOf(listedModels.parse(answer).data.map(openAiModel)),
      );
    } catch (error) {
      const isWithout = error instanceof CausewayError && error.code === 'no_api_key';
      if (!isWithout || others.length === 0) throw error;
      return json(200, listOf([]));
    }
  }

  return [
    {
      method: 'GET',
      pattern: '/v1/models',
      scope: 'models',
      answer: (call) => (speaksAnthropic(call) ? raw(call, '/v1/models') : all(call)),
    },
    {
      method: 'GET',
      pattern: '/v1/models/{model:name}',
      scope: 'models',
      answer(call) {
        const path = `/v1/models/${call.params.model ?? ''}`;
        return speaksAnthropic(call)
          ? raw(call, path)
          : translated(call, path, (answer) => openAiModel(listedModel.parse(answer)));
      },
    },
  ];
}

const asked = (wire: 'anthropic' | 'openai', path: string) => ({
  wire,
  operation: 'models' as const,
  method: 'GET' as const,
  path,
  model: undefined,
  stream: false,
  body: undefined,
});
