import type { Assistant } from '../../core/assistant.ts';
import { type GroundingResult, groundingBody } from '../../protocol/bridge.ts';
import type { BodyReader } from '../body.ts';
import type { Route } from '../exchange.ts';
import { json } from '../http.ts';
import { parseJson } from '../parse.ts';

/** Passages of the workspace's files that answer a question, best first, with the secrets in them masked. */
export const groundingRoute = (assistant: Assistant, bodies: BodyReader): Route => ({
  method: 'POST',
  pattern: '/v1/grounding',
  scope: 'grounding',
  async answer({ request, signal }) {
    const { query, limit } = parseJson(await bodies.text(request), groundingBody);
    const passages = await assistant.searchWorkspace(query, { limit, signal });
    return json(200, { passages } satisfies GroundingResult);
  },
});
