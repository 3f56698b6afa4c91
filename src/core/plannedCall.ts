import type { PlannedCall } from './limits/spending.ts';
import type { ModelInfo, ProviderRequest } from './providers/provider.ts';

/** What a request of a turn can take at most. */
export function plannedCall(model: ModelInfo, request: ProviderRequest): PlannedCall {
  const blocks = request.messages.flatMap(({ content }) => content);
  return {
    model: model.id,
    price: model.price,
    window: model.window,
    bytes: new TextEncoder().encode(JSON.stringify(request)).length,
    // The pages of a document are read as pictures, more of them than its bytes tell.
    open: blocks.some(({ type }) => type === 'document'),
    pictures: blocks.filter(({ type }) => type === 'image').length,
    maxOutput: request.maxOutputTokens,
  };
}
