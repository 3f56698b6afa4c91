/** The OpenAPI document of the bridge, made of its routes and of the schemas by which they check what comes in. */
import type { Route } from '../exchange.ts';
import { type Answer, type Operation, operations, tags } from './operations.ts';
import { type JsonSchema, jsonSchemas, queryParameters, schemaReference } from './schemas.ts';

/** `{model:name}` is `{model}` to a reader. */
export const shownPattern = (pattern: string): string => pattern.replace(/\{(\w+):name\}/g, '{$1}');

export const operationKey = ({ method, pattern }: Pick<Route, 'method' | 'pattern'>): string =>
  `${method} ${shownPattern(pattern)}`;

/** Throws where a route is not described, or what is described is no route. Source: OpenAPI Specification 3.1.1. */
export function openApiDocument(routes: readonly Route[], version: string): JsonSchema {
  const scopes = new Map(routes.map((route) => [operationKey(route), [route.scope].flat()]));
  const undescribed = [...scopes.keys()].filter((key) => operations[key] === undefined);
  if (undescribed.length > 0) throw new TypeError(`Routes without a description: ${undescribed.join(', ')}.`);
  const paths: Record<string, JsonSchema> = {};
  for (const [key, operation] of Object.entries(operations)) {
    if (!operation.open && !scopes.has(key)) throw new TypeError(`${key} is described and is no route.`);
    const [method = '', path = ''] = key.split(' ');
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: described(key, operation, scopes.get(key) ?? []),
    };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Causeway’s bridge',
      version,
      description:
        'Sessions, memory and grounding of a workspace for the programs of this machine. Every error has the shape `Error`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:61900' }],
    security: [{ token: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: jsonSchemas(),
    },
  };
}

function described(key: string, operation: Operation, scopes: readonly string[]): JsonSchema {
  const { tag, summary, query, body, specification } = operation;
  const needs =
    scopes.length === 0 ? undefined : `Needs the scope ${scopes.map((one) => `\`${one}\``).join(' or ')}.`;
  const description = [operation.description, needs].filter((part) => part !== undefined).join(' ');
  return {
    operationId: operationId(key),
    tags: [tag],
    summary,
    ...(description === '' ? {} : { description }),
    ...(operation.open ? { security: [] } : {}),
    ...(specification ? { externalDocs: specification } : {}),
    parameters: [...pathParameters(key), ...(query ? queryParameters(query) : [])],
    ...(body
      ? { requestBody: { required: operation.bodyOptional !== true, content: asJson(schemaReference(body)) } }
      : {}),
    responses: {
      [operation.answer.status]: { description: wordsOf(operation.answer), ...contentOf(operation) },
      default: { description: 'An error', content: asJson(schemaReference('Error')) },
    },
  };
}

const wordsOf = ({ schema, text }: Answer): string => text ?? schema ?? 'Events';

function contentOf({ answer, events, onlyEvents }: Operation): JsonSchema {
  const content = {
    ...(answer.schema && !onlyEvents ? asJson(schemaReference(answer.schema)) : {}),
    // What stands behind `data:` of each event; 3.1 has no word for the stream itself.
    ...(events ? { 'text/event-stream': { schema: schemaReference(events) } } : {}),
  };
  return Object.keys(content).length === 0 ? {} : { content };
}

const asJson = (schema: JsonSchema): JsonSchema => ({ 'application/json': { schema } });

function pathParameters(key: string): JsonSchema[] {
  return [...key.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', ...(name === 'id' ? { format: 'uuid' } : {}) },
  }));
}

/** `GET /v1/sessions/{id}` is `getSessionsId`. */
const operationId = (key: string): string =>
  key
    .replace(/^(\w+) \/(?:v1\/)?/, (_, method: string) => `${method.toLowerCase()} `)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word, place) => (place === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
