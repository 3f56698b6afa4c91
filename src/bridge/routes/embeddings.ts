import type { Relayed } from '../../core/assistant.ts';
import type { BodyReader } from '../body.ts';
import type { Route } from '../exchange.ts';
import { EmbeddingsAnswer } from '../wire/embeddingsAnswer.ts';
import type { ModelCalls } from '../wire/modelCalls.ts';
import { withStatus } from '../wire/plainCalls.ts';
import { readTopLevel, withTopLevel } from '../wire/topLevel.ts';
import { modelName } from './messages.ts';

/** OpenAI's embeddings, as they are to a server that has them. */
export const embeddingsRoute = (relayed: Relayed, calls: ModelCalls, bodies: BodyReader): Route => ({
  method: 'POST',
  pattern: '/v1/embeddings',
  scope: 'models',
  async answer(call) {
    const held = await bodies.bytes(call.request);
    try {
      const name = modelName(readTopLevel(held.bytes, ['model']).model);
      const model = await relayed.embedding(name).catch(withStatus);
      return await calls.send(call, {
        wire: 'openai',
        operation: 'embeddings',
        method: 'POST',
        path: '/embeddings',
        model: name,
        server: model,
        stream: false,
        body: withTopLevel(held.bytes, 'model', model.id),
        reader: (host, key) => new EmbeddingsAnswer(host, key, model.provider),
      });
    } finally {
      bodies.release(held);
    }
  },
});
