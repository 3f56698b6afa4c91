/** Parts of requests, to be put together in tests. */
/** A request and what becomes of it. */
export interface Case {
  what: string;
  /** Put over a request that is fine. */
  change: Record<string, unknown>;
  /** Of the error's message; undefined when the request is to be taken. */
  says: RegExp | undefined;
  version?: string;
}

export const user = (...content: unknown[]) => ({ role: 'user', content });
export const assistant = (...content: unknown[]) => ({ role: 'assistant', content });
export const text = (words: string, rest: object = {}) => ({ type: 'text', text: words, ...rest });
export const call = (id: string) => ({ type: 'tool_use', id, name: 'read', input: {} });
export const result = (id: string) => ({ type: 'tool_result', tool_use_id: id, content: 'done' });
export const image = (data: string, media_type = 'image/png') => ({
  type: 'image',
  source: { type: 'base64', media_type, data },
});
export const document = (data: string) => ({
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data },
});
export const cache = (ttl?: string) => ({
  cache_control: ttl ? { type: 'ephemeral', ttl } : { type: 'ephemeral' },
});
export const tool = { name: 'read', input_schema: { type: 'object' } };
export const older = '2023-06-01';
export const cited = {
  type: 'char_location',
  cited_text: 'a',
  document_index: 0,
  document_title: null,
  start_char_index: 0,
  end_char_index: 1,
};
export const manual = 'claude-haiku-4-5';
export const budget = { type: 'enabled', budget_tokens: 1024 };
