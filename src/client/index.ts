/** The client as a package: everything that needs nothing but fetch. `discovery.ts` beside it finds a bridge, and needs Node. */
export type { PromptResult, RecallResult, TurnResult } from '../protocol/bridge.ts';
export type { SessionEvent, TurnEvent } from '../protocol/turnEvents.ts';
export { type AskOptions, askForToken } from './askForToken.ts';
export {
  type BridgeClient,
  type ClientTurnInput,
  connect,
  type SessionDetail,
  type SessionPage,
  type UsageRow,
} from './client.ts';
export { BridgeError } from './errors.ts';
export type { ConnectOptions, SentAgain } from './http.ts';
export type { SessionMemoryClient } from './memory.ts';
export type { ClientTool, ToolTurnEvent, ToolTurnInput } from './toolTurn.ts';
