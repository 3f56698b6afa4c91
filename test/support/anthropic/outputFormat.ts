/**
 * The part of JSON Schema an answer can be held to, and what cannot stand beside it; source:
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs.
 */
import { refuse } from './errors.ts';
import type { MessagesBody } from './requestShape.ts';
import { blocksOf } from './shapes.ts';

type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keywords of a type that the grammar cannot keep to. */
const unsupported: Record<string, string[]> = {
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  string: ['minLength', 'maxLength'],
  array: ['maxItems', 'uniqueItems', 'prefixItems', 'contains'],
  object: ['minProperties', 'maxProperties', 'patternProperties', 'propertyNames'],
};
const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'];

export function checkOutputFormat(request: MessagesBody): void {
  const format = request.output_config?.format;
  if (!format) return;
  checkSchema(format.schema, format.schema, []);
  const asksForCitations = request.messages.some(({ content }) =>
    blocksOf(content).some((block) => block.type === 'document' && block.citations?.enabled === true),
  );
  if (asksForCitations) refuse('output_config.format: Structured outputs are incompatible with citations.');
  if (request.messages.at(-1)?.role === 'assistant')
    refuse('output_config.format: Prefilling the answer is not supported with structured outputs.');
}

/** `root` has the definitions; `above` are the references that led here. */
function checkSchema(schema: unknown, root: Schema, above: readonly string[]): void {
  const at = 'output_config.format.schema';
  if (!isSchema(schema)) refuse(`${at}: Schema must be an object`);
  const { type, $ref } = schema;
  if (typeof $ref === 'string') {
    if (!$ref.startsWith('#/')) refuse(`${at}: External $ref is not supported`);
    if (above.includes($ref)) refuse(`${at}: Recursive schemas are not supported`);
    checkSchema(definition($ref, root), root, [...above, $ref]);
    return;
  }
  const alternatives = ['anyOf', 'allOf', 'oneOf'].filter((name) => name in schema);
  if (type === undefined && alternatives.length === 0 && !('enum' in schema) && !('const' in schema))
    refuse(`${at}: Schema must have a 'type', 'anyOf', 'enum', 'const' or '$ref'`);
  if (alternatives.includes('oneOf')) refuse(`${at}: 'oneOf' is not supported; use 'anyOf'`);
  if (typeof type === 'string') checkKeywords(type, schema);
  if (type === 'object' && schema.additionalProperties !== false)
    refuse(`${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
  const properties = isSchema(schema.properties) ? Object.values(schema.properties) : [];
  const chosen = alternatives.flatMap((name) => (Array.isArray(schema[name]) ? schema[name] : []));
  const items = schema.items === undefined ? [] : [schema.items];
  for (const one of [...properties, ...chosen, ...items]) checkSchema(one, root, above);
}

const definition = (reference: string, root: Schema): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((inner, key) => (isSchema(inner) ? inner[key] : undefined), root);

function checkKeywords(type: string, schema: Schema): void {
  const found = (unsupported[type] ?? []).filter((name) => name in schema);
  if (found.length > 0)
    refuse(
      `output_config.format.schema: For '${type}' type, ${found.length === 1 ? 'property' : 'properties'} ${found.map((name) => `'${name}'`).join(', ')} ${found.length === 1 ? 'is' : 'are'} not supported`,
    );
  if (type === 'array' && typeof schema.minItems === 'number' && schema.minItems > 1)
    refuse(
      `output_config.format.schema: For 'array' type, 'minItems' values other than 0 or 1 are not supported`,
    );
  if (type === 'string' && typeof schema.format === 'string' && !formats.includes(schema.format))
    refuse(`output_config.format.schema: For 'string' type, format '${schema.format}' is not supported`);
}
