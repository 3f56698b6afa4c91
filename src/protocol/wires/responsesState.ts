/**
 * What of the stored state of OpenAI's Responses there is: the response of a session's turn has an id that names both, by
 * which a later request goes on behind it, and a conversation is a session. Nothing else is kept. Pure.
 */
import { refuse } from './blocks.ts';
import type { ResponsesRequest } from './responsesRequest.ts';

export interface TurnOfSession {
  sessionId: string;
  turnId: string;
}

const hex = (id: string): string => id.replaceAll('-', '');
const uuid = (digits: string): string =>
  digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const ofTurn = /^resp_([0-9a-f]{32})([0-9a-f]{32})$/;
const ofConversation = /^conv_([0-9a-f]{32})$/;

export const responseIdOf = ({ sessionId, turnId }: TurnOfSession): string =>
  `resp_${hex(sessionId)}${hex(turnId)}`;
export const conversationIdOf = (sessionId: string): string => `conv_${hex(sessionId)}`;
/** Of a response that is kept nowhere. */
export const newResponseId = (): string => `resp_${hex(crypto.randomUUID())}`;

export interface NamedState {
  sessionId?: string;
  /** Behind which the request goes on. */
  afterTurnId?: string;
}

/**
 * What a request names of a session. `bound` is the session that its header or its model's name says: an id, `new` or
 * `auto`; undefined where it says none. Throws a `ZodError` that names the field for what is kept nowhere.
 */
export function namedState(request: ResponsesRequest, bound: string | undefined): NamedState {
  const { previous_response_id: previous, conversation, store } = request;
  const found = previous ? ofTurn.exec(previous) : undefined;
  if (found === null)
    refuse(['previous_response_id'], 'the id of a response of a session; others are not kept');
  if (previous && conversation)
    refuse(['conversation'], 'nothing beside previous_response_id, which names its session');
  const told = typeof conversation === 'string' ? conversation : conversation?.id;
  const talk = told === undefined ? undefined : ofConversation.exec(told);
  if (talk === null)
    refuse(['conversation'], 'the conversation of a response of a session; others are not kept');
  const digits = found?.[1] ?? talk?.[1];
  const sessionId = digits === undefined ? undefined : uuid(digits);
  if (sessionId !== undefined && bound !== undefined && bound !== 'auto' && bound !== sessionId)
    refuse([previous ? 'previous_response_id' : 'conversation'], 'one of the session that the request names');
  const hasSession = sessionId !== undefined || bound !== undefined;
  if (store === true && !hasSession)
    refuse(
      ['store'],
      'false or nothing without a session, for nothing is kept then; X-Causeway-Session asks for one',
    );
  if (store === false && hasSession) refuse(['store'], 'true or nothing: what belongs to a session is kept');
  const turn = found?.[2];
  return {
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(turn === undefined ? {} : { afterTurnId: uuid(turn) }),
  };
}
