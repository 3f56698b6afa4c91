/** Schemas an answer can and cannot be held to. */
import { assistant, type Case, document, text, user } from './requestParts.ts';
import { pdf } from './samples.ts';

const closed = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  additionalProperties: false,
  ...more,
});
const held = (schema: unknown, more: object = {}) => ({
  output_config: { format: { type: 'json_schema', schema } },
  ...more,
});
const list = { type: 'array', items: closed({ name: { type: 'string' } }), minItems: 1 };

export const formatCases: Record<string, Case[]> = {
  'output format': [
    { what: 'a closed object with lists', change: held(closed({ list })), says: undefined },
    { what: 'a choice', change: held({ anyOf: [closed({}), { type: 'null' }] }), says: undefined },
    {
      what: 'a definition',
      change: held(closed({ a: { $ref: '#/$defs/b' } }, { $defs: { b: closed({}) } })),
      says: undefined,
    },
    {
      what: 'an open object',
      change: held({ type: 'object' }),
      says: /'additionalProperties' must be explicitly set to false/,
    },
    {
      what: 'an open object deep within',
      change: held(closed({ list: { type: 'array', items: { type: 'object' } } })),
      says: /'additionalProperties' must be explicitly/,
    },
    {
      what: 'bounds of a number',
      change: held(closed({ n: { type: 'integer', minimum: 1 } })),
      says: /'integer' type, property 'minimum' is not supported/,
    },
    {
      what: 'a length of text',
      change: held(closed({ s: { type: 'string', minLength: 1, maxLength: 9 } })),
      says: /properties 'minLength', 'maxLength' are not supported/,
    },
    {
      what: 'a long least length of a list',
      change: held(closed({ list: { ...list, minItems: 2 } })),
      says: /'minItems' values other than 0 or 1/,
    },
    {
      what: 'exactly one of several',
      change: held({ oneOf: [closed({})] }),
      says: /'oneOf' is not supported/,
    },
    {
      what: 'a schema elsewhere',
      change: held(closed({ a: { $ref: 'https://example.com/a.json' } })),
      says: /External \$ref/,
    },
    {
      what: 'a schema within itself',
      change: held(
        closed({ a: { $ref: '#/$defs/b' } }, { $defs: { b: closed({ b: { $ref: '#/$defs/b' } }) } }),
      ),
      says: /Recursive schemas are not supported/,
    },
    { what: 'no type', change: held(closed({ a: {} })), says: /must have a 'type'/ },
    {
      what: 'the beginning of the answer',
      change: held(closed({}), {
        model: 'claude-haiku-4-5',
        messages: [user(text('a')), assistant(text('{'))],
      }),
      says: /Prefilling/,
    },
    {
      what: 'citations',
      change: held(closed({}), {
        messages: [user({ ...document(pdf), citations: { enabled: true } }, text('a'))],
      }),
      says: /incompatible with citations/,
    },
  ],
};
