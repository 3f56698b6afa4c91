/** The OpenAPI document as a page to read. */
import { z } from 'zod';

const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.object({ schema })).optional();
const operation = z.object({
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string().optional(),
  security: z.array(z.unknown()).optional(),
  externalDocs: z.object({ description: z.string(), url: z.string() }).optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema })),
  requestBody: z.object({ required: z.boolean(), content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })),
});
const read = z.looseObject({
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), schema) }),
});
const fields = z.object({
  properties: z.record(z.string(), schema).default({}),
  required: z.array(z.string()).default([]),
});

export function referencePage(document: unknown): string {
  const { tags, paths, components } = read.parse(document);
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ key: `${method.toUpperCase()} ${path}`, ...one })),
  );
  const sections = tags.flatMap(({ name, description }) => [
    `## ${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    description,
    ...all.filter((one) => one.tags.includes(name)).flatMap(operationPart),
  ]);
  const shapes = Object.entries(components.schemas).flatMap(([name, shape]) => [
    `### ${name}`,
    ...shapePart(shape),
  ]);
  return [
    '# Reference of the bridge',
    'Made from the schemas by which the bridge checks what comes in, as `GET /openapi.json` gives them. What it is for stands in [bridge.md](bridge.md).',
    ...sections,
    '## Shapes',
    ...shapes,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function operationPart(one: z.infer<typeof operation> & { key: string }): string[] {
  const { summary, description, parameters, requestBody, responses, externalDocs } = one;
  const [[status, answer] = ['', undefined]] = Object.entries(responses).filter(
    ([name]) => name !== 'default',
  );
  const types = Object.entries(answer?.content ?? {}).map(([type, { schema: told }]) =>
    type === 'text/event-stream' ? `events of ${typeOf(told)}` : typeOf(told),
  );
  return [
    `### \`${one.key}\``,
    [summary, description].filter((part) => part !== undefined).join(' '),
    ...(one.security ? ['Needs no token.'] : []),
    ...(externalDocs
      ? [`What goes in and comes out: [${externalDocs.description}](${externalDocs.url}).`]
      : []),
    ...(parameters.length > 0
      ? [
          table(
            parameters.map(({ name, in: place, required, schema: each }) => [
              `\`${name}\``,
              `${place}${required ? '' : ', optional'}`,
              typeOf(each),
            ]),
            ['parameter', 'where', 'what'],
          ),
        ]
      : []),
    ...Object.values(requestBody?.content ?? {}).map(
      ({ schema: sent }) => `Body: ${typeOf(sent)}${requestBody?.required ? '' : ', optional'}.`,
    ),
    `Answers ${status}: ${types.length > 0 ? types.join(', or ') : answer?.description}.`,
  ];
}

function shapePart(shape: Record<string, unknown>): string[] {
  const { properties, required } = fields.parse(shape);
  const alternatives = schema.array().safeParse(shape.anyOf ?? shape.oneOf);
  if (alternatives.success)
    return [`One of these:\n\n${alternatives.data.map((one) => `- ${typeOf(one)}`).join('\n')}`];
  if (Object.keys(properties).length === 0) return [typeOf(shape)];
  return [
    table(
      Object.entries(properties).map(([name, each]) => [
        `\`${name}\`${required.includes(name) ? '' : ', optional'}`,
        typeOf(each),
      ]),
      ['field', 'what'],
    ),
  ];
}

/** A schema in a few words; `|` ends a cell of a table, so alternatives have an "or". */
function typeOf(shape: Record<string, unknown>): string {
  const { $ref, type, items, enum: values, anyOf, oneOf, properties, additionalProperties } = shape;
  if (typeof $ref === 'string') return linked($ref.split('/').at(-1) ?? '');
  if ('const' in shape) return `\`${String(shape.const)}\``;
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(', ');
  const alternatives = schema.array().safeParse(anyOf ?? oneOf);
  if (alternatives.success) return alternatives.data.map(typeOf).join(' or ');
  const inner = schema.safeParse(items);
  if (type === 'array') return `list of ${inner.success ? typeOf(inner.data) : 'anything'}`;
  const parsed = fields.safeParse({ properties, required: shape.required });
  if (parsed.success && Object.keys(parsed.data.properties).length > 0) {
    const { required } = parsed.data;
    const names = Object.entries(parsed.data.properties).map(
      ([name, each]) => `\`${name}\`${required.includes(name) ? '' : '?'}: ${typeOf(each)}`,
    );
    return `{ ${names.join('; ')} }`;
  }
  const value = schema.safeParse(additionalProperties);
  if (type === 'object')
    return value.success && value.data.type ? `object of ${typeOf(value.data)}` : 'object';
  return typeof type === 'string' ? `${type}${boundsOf(shape)}` : 'anything';
}

function boundsOf({
  format,
  minimum,
  maximum,
  minLength,
  maxLength,
  default: usual,
}: Record<string, unknown>): string {
  const safe = (value: unknown) => typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const bounds = [
    typeof format === 'string' && format !== 'base64' ? format : undefined,
    safe(minimum) ? `at least ${minimum}` : undefined,
    safe(maximum) ? `at most ${maximum}` : undefined,
    safe(minLength) ? `at least ${minLength} characters` : undefined,
    safe(maxLength) ? `at most ${maxLength} characters` : undefined,
    usual === undefined ? undefined : `usually ${JSON.stringify(usual)}`,
  ].filter((bound) => bound !== undefined);
  return bounds.length > 0 ? ` (${bounds.join(', ')})` : '';
}

const linked = (name: string): string => `[${name}](#${name.toLowerCase()})`;

function table(rows: string[][], head: string[]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
