/** What each route of the bridge is for, and what goes in and comes out of it, by its method and pattern. */
import type { z } from 'zod';
import {
  contextQuery,
  eventsQuery,
  getSessionQuery,
  healthQuery,
  listSessionsQuery,
} from '../../protocol/bridge.ts';
import { usageQuery } from '../routes/usage.ts';
import type { SchemaName } from './schemas.ts';

export interface Answer {
  status: number;
  /** Absent where another specification says what the body is. */
  schema?: SchemaName;
  /** What the body is, where no schema is named. */
  text?: string;
}

export interface Operation {
  tag: Tag;
  summary: string;
  description?: string;
  query?: z.ZodType;
  body?: SchemaName;
  /** The body may be left out. */
  bodyOptional?: boolean;
  answer: Answer;
  /** Events that come in place of the answer where they are asked for. */
  events?: SchemaName;
  /** Only events come. */
  onlyEvents?: boolean;
  /** Answered before a token is looked at. */
  open?: boolean;
  /** Whose specification it is, where it is not ours. */
  specification?: { description: string; url: string };
}

export const tags = {
  sessions: 'Sessions, their entries, and what happens in them.',
  turns: 'Asking a model within a session.',
  memory: 'What a session remembers beside its turns.',
  grounding: 'The workspace that answers stand on.',
  prompts: 'Prompts as files, each an endpoint.',
  wires: 'The wires of model providers, for programs that were written for them.',
  usage: 'What was used, and what it cost.',
  clients: 'How a program is let in.',
  bridge: 'The bridge itself.',
} as const;
export type Tag = keyof typeof tags;

const anthropic = {
  description: 'Messages API of Anthropic',
  url: 'https://platform.claude.com/docs/en/api/messages',
};
const openai = { description: 'API of OpenAI', url: 'https://platform.openai.com/docs/api-reference' };
const mcp = { description: 'Model Context Protocol', url: 'https://modelcontextprotocol.io/specification' };

/** A route without an operation, and an operation without a route, fail a test. */
export const operations: Readonly<Record<string, Operation>> = {
  'GET /health': {
    tag: 'bridge',
    summary: 'Tells that Causeway is there, and nothing else.',
    query: healthQuery,
    answer: { status: 200, schema: 'Health' },
    open: true,
  },
  'GET /openapi.json': {
    tag: 'bridge',
    summary: 'This document.',
    answer: { status: 200, text: 'OpenAPI 3.1 as JSON' },
  },
  'POST /v1/clients': {
    tag: 'clients',
    summary: 'Asks the user to let this program in.',
    description: 'Gives nothing but an id to poll with; a person decides in VS Code.',
    body: 'Ask',
    answer: { status: 202, schema: 'Asked' },
    open: true,
  },
  'GET /v1/clients/{pending}': {
    tag: 'clients',
    summary: 'Asks whether the user has decided.',
    description: '202 while nobody has; 200 with the token, once; 403 when it was refused.',
    answer: { status: 200, schema: 'AskingResult' },
    open: true,
  },
  'GET /v1/sessions': {
    tag: 'sessions',
    summary: 'Sessions, newest first.',
    query: listSessionsQuery,
    answer: { status: 200, schema: 'SessionList' },
  },
  'POST /v1/sessions': {
    tag: 'sessions',
    summary: 'Makes a session.',
    body: 'CreateSession',
    bodyOptional: true,
    answer: { status: 201, schema: 'SessionResult' },
  },
  'GET /v1/sessions/{id}': {
    tag: 'sessions',
    summary: 'A session with the newest entries of its active branch.',
    query: getSessionQuery,
    answer: { status: 200, schema: 'SessionDetail' },
  },
  'POST /v1/sessions/{id}/share': {
    tag: 'sessions',
    summary: 'Shares a session with all clients, or no longer.',
    body: 'ShareSession',
    answer: { status: 200, schema: 'SessionResult' },
  },
  'GET /v1/sessions/{id}/branches': {
    tag: 'sessions',
    summary: 'The inputs of the active branch beside which there are others.',
    description:
      'Editing an input and retrying it make branches; each is there with the entry at which it goes on. The same `input` means the same words.',
    answer: { status: 200, schema: 'ForkList' },
  },
  'POST /v1/sessions/{id}/head': {
    tag: 'sessions',
    summary: 'Goes on from another entry, such as the last one of another branch.',
    description: 'Nothing is deleted. 409 while a turn is live.',
    body: 'MoveHead',
    answer: { status: 200, schema: 'SessionResult' },
  },
  'GET /v1/sessions/{id}/events': {
    tag: 'sessions',
    summary: 'What happens in a session, as it happens.',
    description: 'With `after`, or the header `Last-Event-ID`, what was missed comes first.',
    query: eventsQuery,
    answer: { status: 200 },
    events: 'SessionEvent',
    onlyEvents: true,
  },
  'POST /v1/sessions/{id}/turns': {
    tag: 'turns',
    summary: 'Sends an input.',
    description:
      'Answers when the turn has ended, or with its events where `stream` or `Accept: text/event-stream` asks for them. A program that goes away stops its turn, unless it is `detached`. With the header `Idempotency-Key` the same request is the same turn, however often it is sent; with `X-Causeway-Cache` an answer that was given before will do.',
    body: 'StartTurn',
    answer: { status: 200, schema: 'TurnResult' },
    events: 'TurnEvent',
  },
  'POST /v1/sessions/{id}/stop': {
    tag: 'turns',
    summary: 'Stops the live turn and keeps what had arrived.',
    answer: { status: 200, schema: 'StopResult' },
  },
  'GET /v1/sessions/{id}/context': {
    tag: 'turns',
    summary: 'What was sent in a turn, part by part.',
    query: contextQuery,
    answer: { status: 200, schema: 'ContextResult' },
  },
  'POST /v1/sessions/{id}/recall': {
    tag: 'memory',
    summary: 'Earlier entries that matter for a text, best first.',
    body: 'Recall',
    answer: { status: 200, schema: 'RecallResult' },
  },
  'GET /v1/sessions/{id}/frames': {
    tag: 'memory',
    summary: 'The frames that stand for older turns.',
    answer: { status: 200, schema: 'FrameList' },
  },
  'POST /v1/sessions/{id}/frames/{frame}': {
    tag: 'memory',
    summary: 'Switches a frame of a session of this client on or off.',
    body: 'SwitchFrame',
    answer: { status: 200, schema: 'FrameResult' },
  },
  'GET /v1/sessions/{id}/directives': {
    tag: 'memory',
    summary: 'Standing instructions.',
    answer: { status: 200, schema: 'DirectiveList' },
  },
  'POST /v1/sessions/{id}/directives': {
    tag: 'memory',
    summary: 'Adds an instruction to a session of this client.',
    body: 'NewDirective',
    answer: { status: 201, schema: 'DirectiveResult' },
  },
  'POST /v1/sessions/{id}/directives/{directive}': {
    tag: 'memory',
    summary: 'Changes an instruction in a session of this client.',
    body: 'ChangeDirective',
    answer: { status: 200, schema: 'DirectiveResult' },
  },
  'GET /v1/sessions/{id}/tasks': {
    tag: 'memory',
    summary: 'Jobs of several steps, and how far they are.',
    answer: { status: 200, schema: 'TaskList' },
  },
  'POST /v1/sessions/{id}/tasks': {
    tag: 'memory',
    summary: 'Changes a task in a session of this client; without `taskId`, makes one.',
    description: '201 where one was made.',
    body: 'ChangeTask',
    answer: { status: 200, schema: 'TaskResult' },
  },
  'POST /v1/grounding': {
    tag: 'grounding',
    summary: 'Passages of the workspace’s files for a question, best first, with secrets masked.',
    body: 'Ground',
    answer: { status: 200, schema: 'GroundingResult' },
  },
  'GET /v1/prompts': {
    tag: 'prompts',
    summary: 'The prompts that may be asked.',
    answer: { status: 200, schema: 'PromptList' },
  },
  'GET /v1/prompts/{prompt}': {
    tag: 'prompts',
    summary: 'One prompt, by `NAME` or `NAME@VERSION`.',
    answer: { status: 200, schema: 'PromptShown' },
  },
  'POST /v1/prompts/{prompt}': {
    tag: 'prompts',
    summary: 'Asks a prompt with values for its variables.',
    body: 'RunPrompt',
    answer: { status: 200, schema: 'PromptResult' },
    events: 'TurnEvent',
  },
  'GET /v1/usage': {
    tag: 'usage',
    summary: 'Sums of calls, tokens and cost.',
    query: usageQuery,
    answer: { status: 200, schema: 'UsageResult' },
  },
  'GET /metrics': {
    tag: 'usage',
    summary: 'Counters and histograms of this window since it began, for Prometheus.',
    answer: { status: 200, text: 'text in Prometheus’ format, version 0.0.4' },
  },
  'POST /v1/messages': {
    tag: 'wires',
    summary:
      'Anthropic’s messages: as they are to Claude, translated for other models, or a turn of a session.',
    answer: { status: 200, text: 'a message, or its events' },
    specification: anthropic,
  },
  'POST /v1/messages/count_tokens': {
    tag: 'wires',
    summary: 'Counts the tokens of a request.',
    answer: { status: 200, text: 'a count' },
    specification: anthropic,
  },
  'GET /v1/models': {
    tag: 'wires',
    summary: 'Models, in Anthropic’s shape where `anthropic-version` is there, else in OpenAI’s.',
    answer: { status: 200, text: 'a list of models' },
    specification: openai,
  },
  'GET /v1/models/{model}': {
    tag: 'wires',
    summary: 'One model.',
    answer: { status: 200, text: 'a model' },
    specification: openai,
  },
  'POST /v1/chat/completions': {
    tag: 'wires',
    summary:
      'OpenAI’s chat completions: as they are to servers that speak them, translated for Claude, or a turn of a session.',
    answer: { status: 200, text: 'a completion, or its chunks' },
    specification: openai,
  },
  'POST /v1/responses': {
    tag: 'wires',
    summary: 'OpenAI’s Responses, translated for every model, or a turn of a session.',
    answer: { status: 200, text: 'a response, or its events' },
    specification: openai,
  },
  'POST /v1/embeddings': {
    tag: 'wires',
    summary: 'OpenAI’s embeddings, as they are to a server that has them.',
    answer: { status: 200, text: 'a list of embeddings' },
    specification: openai,
  },
  'POST /mcp': {
    tag: 'wires',
    summary: 'Tools, resources and prompts for MCP clients.',
    answer: { status: 200, text: 'JSON-RPC, or its events' },
    specification: mcp,
  },
  'GET /mcp': {
    tag: 'wires',
    summary: 'Messages to a client of an MCP session of 2025.',
    answer: { status: 200, text: 'events' },
    specification: mcp,
  },
  'DELETE /mcp': {
    tag: 'wires',
    summary: 'Ends an MCP session of 2025.',
    answer: { status: 200, text: 'nothing' },
    specification: mcp,
  },
};
