/** Who may speak, and how tool calls and results go together. */
import { assistant, type Case, call, image, manual, result, text, user } from './requestParts.ts';
import { png } from './samples.ts';

export const conversationCases: Record<string, Case[]> = {
  conversations: [
    {
      what: 'an assistant that begins',
      change: { messages: [assistant(text('a'))] },
      says: /first message must use the "user" role/,
    },
    {
      what: 'an unknown role',
      change: { messages: [{ role: 'tool', content: 'a' }] },
      says: /^messages\.0\.role|^messages\.0/,
    },
    { what: 'two users in a row', change: { messages: [user(text('a')), user(text('b'))] }, says: undefined },
    {
      what: 'a system message among the others',
      change: { messages: [user(text('a')), { role: 'system', content: 'b' }, user(text('c'))] },
      says: undefined,
    },
    {
      what: 'an empty text',
      change: { messages: [user(text(''))] },
      says: /text content blocks must be non-empty/,
    },
    {
      what: 'an empty string',
      change: { messages: [{ role: 'user', content: '' }] },
      says: /must be non-empty/,
    },
    {
      what: 'a text of spaces',
      change: { messages: [user(text(' \n'))] },
      says: /must contain non-whitespace text/,
    },
    { what: 'no content', change: { messages: [user()] }, says: /must have non-empty content/ },
    {
      what: 'a call by the user',
      change: { messages: [user(call('t1'))] },
      says: /`tool_use` blocks can only be in `assistant` messages/,
    },
    {
      what: 'an image by the assistant',
      change: { messages: [user(text('a')), assistant(image(png)), user(text('b'))] },
      says: /`image` blocks can only be in `user` messages/,
    },
    {
      what: 'a beginning of the answer where the model takes none',
      change: { messages: [user(text('a')), assistant(text('b'))] },
      says: /does not support assistant message prefill/,
    },
    {
      what: 'a beginning of the answer where the model takes it',
      change: { model: manual, messages: [user(text('a')), assistant(text('b'))] },
      says: undefined,
    },
    {
      what: 'a beginning that ends in a space',
      change: { model: manual, messages: [user(text('a')), assistant(text('b '))] },
      says: /cannot end with trailing whitespace/,
    },
  ],
  'tool calls': [
    {
      what: 'a call with its result',
      change: { messages: [user(text('a')), assistant(call('t1')), user(result('t1'), text('b'))] },
      says: undefined,
    },
    {
      what: 'two calls answered in two messages',
      change: {
        messages: [
          user(text('a')),
          assistant(call('t1'), call('t2')),
          user(result('t1')),
          user(result('t2')),
        ],
      },
      says: undefined,
    },
    {
      what: 'a call without a result',
      change: { messages: [user(text('a')), assistant(call('t1')), user(text('b'))] },
      says: /^messages\.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1\./,
    },
    {
      what: 'a result for one call of two',
      change: { messages: [user(text('a')), assistant(call('t1'), call('t2')), user(result('t1'))] },
      says: /immediately after: t2\./,
    },
    {
      what: 'a text before the result',
      change: { messages: [user(text('a')), assistant(call('t1')), user(text('b'), result('t1'))] },
      says: /immediately after: t1/,
    },
    {
      what: 'a result one message late',
      change: {
        messages: [
          user(text('a')),
          assistant(call('t1')),
          user(text('b')),
          assistant(text('c')),
          user(result('t1')),
        ],
      },
      says: /immediately after: t1/,
    },
    {
      what: 'a result of no call',
      change: { messages: [user(result('t9'))] },
      says: /^messages\.0\.content\.0: unexpected `tool_use_id` found in `tool_result` blocks: t9/,
    },
    {
      what: 'two results of one call',
      change: { messages: [user(text('a')), assistant(call('t1')), user(result('t1'), result('t1'))] },
      says: /single result/,
    },
    {
      what: 'one id for two calls',
      change: { messages: [user(text('a')), assistant(call('t1'), call('t1')), user(result('t1'))] },
      says: /`tool_use` ids must be unique/,
    },
    {
      what: 'a last call without a result',
      change: { messages: [user(text('a')), assistant(call('t1'))] },
      says: /immediately after: t1/,
    },
  ],
};
