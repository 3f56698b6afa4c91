/** `GET /v1/models` and `/v1/models/{id}`; source: https://platform.claude.com/docs/en/api/models/list. */
import type Anthropic from '@anthropic-ai/sdk';
import { ApiFailure, refuse } from './errors.ts';
import type { FakeModel } from './models.ts';

const yes = { supported: true };
const no = { supported: false };
const when = (supported: boolean) => ({ supported });

export const modelInfo = (model: FakeModel): Anthropic.ModelInfo => ({
  type: 'model',
  id: model.id,
  display_name: model.display_name,
  created_at: '2026-09-01T00:00:00Z',
  deprecated_at: null,
  retires_at: null,
  lifecycle: model.lifecycle,
  line: model.line,
  max_input_tokens: model.window,
  max_tokens: model.maxOutput,
  capabilities: {
    batch: yes,
    citations: yes,
    code_execution: no,
    context_management: {
      supported: true,
      clear_thinking_20251015: yes,
      clear_tool_uses_20250919: yes,
      compact_20260112: when(model.compaction),
    },
    effort: {
      supported: model.thinking !== 'manual',
      low: when(model.thinking !== 'manual'),
      medium: when(model.thinking !== 'manual'),
      high: when(model.thinking !== 'manual'),
      xhigh: null,
      max: when(model.thinking !== 'manual'),
    },
    image_input: yes,
    pdf_input: yes,
    server_tools: { supported: false, code_execution: no, web_search: no },
    structured_outputs: when(model.structured),
    thinking: {
      supported: true,
      types: {
        adaptive: when(model.thinking !== 'manual'),
        between_tools: when(model.thinking !== 'manual'),
        disabled: when(model.thinking !== 'always'),
        enabled: when(model.thinking === 'manual'),
      },
    },
  },
});

export function oneModel(id: string, models: readonly FakeModel[]): Anthropic.ModelInfo {
  const model = models.find((candidate) => candidate.id === id);
  if (!model) throw new ApiFailure(404, `model: ${id}`);
  return modelInfo(model);
}

/** A page in the order of the list; `after_id` and `before_id` are exclusive. Throws `ApiFailure`. */
export function modelPage(query: URLSearchParams, models: readonly FakeModel[]) {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    refuse('limit: Input should be greater than or equal to 1 and less than or equal to 1000');
  const after = query.get('after_id');
  const before = query.get('before_id');
  if (after !== null && before !== null) refuse('Only one of `after_id` and `before_id` may be given');
  const stages = query.getAll('lifecycle[]');
  const chosen = models.filter(({ lifecycle }) => stages.length === 0 || stages.includes(lifecycle));
  const place = (id: string, name: string) => {
    const at = chosen.findIndex((model) => model.id === id);
    return at < 0 ? refuse(`${name}: Invalid cursor`) : at;
  };
  const end = before === null ? chosen.length : place(before, 'before_id');
  const start =
    before === null ? (after === null ? 0 : place(after, 'after_id') + 1) : Math.max(0, end - limit);
  const page = chosen.slice(start, Math.min(end, start + limit));
  return {
    data: page.map(modelInfo),
    has_more: before === null ? start + limit < chosen.length : start > 0,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}
