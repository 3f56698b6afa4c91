/** The shapes of the bridge's wire by their names in the OpenAPI document. */
import { z } from 'zod';
import * as wire from '../../protocol/bridge.ts';
import * as content from '../../protocol/content.ts';
import { contextView } from '../../protocol/contextView.ts';
import { attachment, entry, frameBody } from '../../protocol/entries.ts';
import { fork } from '../../protocol/forks.ts';
import * as memory from '../../protocol/memory.ts';
import { promptSummary } from '../../protocol/prompts.ts';
import { contextReport } from '../../protocol/report.ts';
import { sessionSummary } from '../../protocol/session.ts';
import { sessionEvent, turnEvent } from '../../protocol/turnEvents.ts';

/** What is named here stands once in the document, wherever it is used. */
export const schemas = {
  Ask: wire.askBody,
  Asked: wire.asked,
  AskingResult: wire.askingResult,
  AssistantBlock: content.assistantBlock,
  Attachment: attachment,
  ChangeDirective: wire.changeDirectiveBody,
  ChangeTask: memory.taskChange,
  Citation: content.citation,
  ContextReport: contextReport,
  ContextResult: wire.contextResult,
  ContextView: contextView,
  CreateSession: wire.createSessionBody,
  Directive: memory.directiveView,
  DirectiveList: wire.directiveList,
  DirectiveResult: wire.directiveResult,
  Entry: entry,
  Error: wire.errorBody,
  Fork: fork,
  ForkList: wire.forkList,
  Frame: memory.frameView,
  FrameBody: frameBody,
  FrameList: wire.frameList,
  FrameResult: wire.frameResult,
  Ground: wire.groundingBody,
  GroundingResult: wire.groundingResult,
  Health: wire.health,
  MoveHead: wire.moveHeadBody,
  NewDirective: wire.addDirectiveBody,
  PromptList: wire.promptList,
  PromptResult: wire.promptResult,
  PromptShown: wire.promptShown,
  PromptSummary: promptSummary,
  Recall: wire.recallBody,
  RecallResult: wire.recallResult,
  RunPrompt: wire.runPromptBody,
  Session: sessionSummary,
  SessionDetail: wire.sessionDetail,
  SessionEvent: sessionEvent,
  SessionList: wire.sessionList,
  SessionResult: wire.sessionCreated,
  ShareSession: wire.shareSessionBody,
  StartTurn: wire.startTurnBody,
  StopResult: wire.stopResult,
  SwitchFrame: wire.switchFrameBody,
  Task: memory.taskView,
  TaskList: wire.taskList,
  TaskResult: wire.taskResult,
  TextBlock: content.textBlock,
  ToolResult: content.toolResultBlock,
  ToolUse: content.toolUseBlock,
  TurnEvent: turnEvent,
  TurnResult: wire.turnResult,
  Usage: content.usage,
  UserBlock: content.userBlock,
  UsageResult: wire.usageResult,
} satisfies Record<string, z.ZodType>;

export type SchemaName = keyof typeof schemas;
export type JsonSchema = Record<string, unknown>;

export const schemaReference = (name: SchemaName): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/**
 * All of them as JSON Schema 2020-12, the dialect of OpenAPI 3.1. As whoever sends them may: what has a default need not
 * be there, and an answer may get fields that are not named yet.
 */
export function jsonSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: converted } = z.toJSONSchema(registry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(converted).map(([name, { $id: _, $schema: __, ...schema }]) => [name, schema]),
  );
}

/** Each field of a query as a parameter of its own. */
export function queryParameters(schema: z.ZodType): JsonSchema[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: each,
  }));
}
