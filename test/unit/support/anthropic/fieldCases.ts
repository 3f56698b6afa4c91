/** Fields of a request, and what each version and model takes. */
import {
  assistant,
  budget,
  type Case,
  call,
  cited,
  document,
  manual,
  older,
  result,
  text,
  tool,
  user,
} from './requestParts.ts';
import { pdf } from './samples.ts';

export const fieldCases: Record<string, Case[]> = {
  fields: [
    { what: 'no model', change: { model: undefined }, says: /^model: Field required$/ },
    { what: 'no max_tokens', change: { max_tokens: undefined }, says: /^max_tokens: Field required$/ },
    {
      what: 'negative max_tokens',
      change: { max_tokens: -1 },
      says: /^max_tokens: .*greater than or equal to 0/,
    },
    {
      what: 'max_tokens in words',
      change: { max_tokens: '9' },
      says: /^max_tokens: Input should be a valid number/,
    },
    {
      what: 'max_tokens above the limit',
      change: { max_tokens: 128_001 },
      says: /^max_tokens: 128001 > 128000, which is the maximum/,
    },
    { what: 'no messages', change: { messages: [] }, says: /^messages: / },
    { what: 'an unknown field', change: { seed: 1 }, says: /^seed: Extra inputs are not permitted$/ },
    {
      what: 'an unknown field of a block',
      change: { messages: [user(text('a', { lang: 'en' }))] },
      says: /lang: Extra inputs/,
    },
    {
      what: 'an unknown block',
      change: { messages: [user({ type: 'video' })] },
      says: /^messages\.0\.content/,
    },
    {
      what: 'two tools of one name',
      change: { tools: [tool, tool] },
      says: /^tools: Tool names must be unique/,
    },
    {
      what: 'a tool without a schema',
      change: { tools: [{ name: 'read' }] },
      says: /input_schema: Field required/,
    },
    {
      what: 'a choice of a tool that is not there',
      change: { tools: [tool], tool_choice: { type: 'tool', name: 'write' } },
      says: /'write' not found/,
    },
    { what: 'a choice without tools', change: { tool_choice: { type: 'any' } }, says: /^tool_choice/ },
    { what: 'a stop sequence of spaces', change: { stop_sequences: [' '] }, says: /^stop_sequences/ },
    {
      what: 'an empty system block',
      change: { system: [text('')] },
      says: /^system\.0: text content blocks must be non-empty/,
    },
    { what: 'a system prompt as a string', change: { system: 'Be short.' }, says: undefined },
  ],
  versions: [
    ...['temperature', 'top_p', 'top_k'].flatMap((name) => [
      { what: `${name} in 2026-10-21`, change: { [name]: 1 }, says: new RegExp(`^${name}: Extra inputs`) },
      { what: `${name} in ${older}`, change: { [name]: 1 }, says: undefined, version: older },
    ]),
    {
      what: 'a document of the assistant in 2026-10-21',
      change: { messages: [user(text('a')), assistant(document(pdf)), user(text('b'))] },
      says: /`document` blocks can only be in `user` messages/,
    },
    {
      what: `a document of the assistant in ${older}`,
      change: { messages: [user(text('a')), assistant(document(pdf)), user(text('b'))] },
      says: undefined,
      version: older,
    },
    {
      what: 'citations of the user in 2026-10-21',
      change: { messages: [user(text('a', { citations: [cited] }))] },
      says: /citations: Extra inputs/,
    },
    {
      what: `citations of the user in ${older}`,
      change: { messages: [user(text('a', { citations: [cited] }))] },
      says: undefined,
      version: older,
    },
    {
      what: 'empty citations of the user',
      change: { messages: [user(text('a', { citations: [] }))] },
      says: undefined,
    },
    {
      what: 'an answer sent back with its citations',
      change: {
        messages: [
          user(text('a')),
          assistant(text('b', { citations: [{ ...cited, file_id: null }] })),
          user(text('c')),
        ],
      },
      says: undefined,
    },
  ],
  thinking: [
    {
      what: 'a budget where the model takes none',
      change: { thinking: budget },
      says: /"thinking\.type\.enabled" is not supported for this model/,
    },
    {
      what: 'a budget where the model takes it',
      change: { model: manual, max_tokens: 2_000, thinking: budget },
      says: undefined,
    },
    {
      what: 'a budget as large as the answer',
      change: { model: manual, max_tokens: 1024, thinking: budget },
      says: /`max_tokens` must be greater than `thinking\.budget_tokens`/,
    },
    {
      what: 'a budget too small',
      change: { model: manual, thinking: { type: 'enabled', budget_tokens: 1023 } },
      says: /budget_tokens: Input should be greater than or equal to 1024/,
    },
    {
      what: 'adaptive thinking where the model has none',
      change: { model: manual, thinking: { type: 'adaptive' } },
      says: /not supported on this model/,
    },
    {
      what: 'none where the model always thinks',
      change: { model: 'claude-opus-5-5', thinking: { type: 'disabled' } },
      says: /"thinking\.type\.disabled" is not supported/,
    },
    {
      what: 'a forced tool',
      change: { thinking: { type: 'adaptive' }, tools: [tool], tool_choice: { type: 'any' } },
      says: /Thinking may not be enabled when tool_choice forces tool use/,
    },
    {
      what: 'a signature the API never gave',
      change: {
        messages: [
          user(text('a')),
          assistant({ type: 'thinking', thinking: 'b', signature: 'c' }, text('d')),
          user(text('e')),
        ],
      },
      says: /^messages\.1\.content\.0: Invalid `signature` in `thinking` block/,
    },
    {
      what: 'a turn that goes on without its thinking',
      change: {
        model: manual,
        max_tokens: 2_000,
        thinking: budget,
        messages: [user(text('a')), assistant(call('t1')), user(result('t1'))],
      },
      says: /Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
    },
  ],
};
