/** A program's call as the user's transforms leave it, and what they are to see of its answer. */
import type { AnswerPart, RelayTransforms, TransformForm } from '../../core/relay.ts';
import type { ModelCall } from './modelCalls.ts';
import { bodyWith, partsOf } from './transformedBody.ts';

/**
 * `signal` ends with the program's presence. Throws what `RelayTransforms.request` throws, and what names a fault of the
 * body.
 */
export async function transformedCall(
  call: ModelCall,
  transforms: RelayTransforms,
  signal: AbortSignal,
): Promise<ModelCall> {
  const { body, operation, server, model = '' } = call;
  if (!body) return call;
  const form: TransformForm =
    operation === 'embeddings' ? 'embeddings' : server === undefined ? 'messages' : 'chat';
  const about = { form, provider: server?.provider ?? 'anthropic', model: server?.id ?? model };
  const parts = partsOf(form, body);
  const changed = await transforms.request(parts, about, signal);
  const change = (answered: AnswerPart[]) => transforms.answer(answered, about, signal);
  return {
    ...call,
    body: changed === parts ? body : bodyWith(body, parts, changed),
    transforms: transforms.mark,
    ...(transforms.seesAnswers && operation === 'messages' ? { changeAnswer: { form, change } } : {}),
  };
}
