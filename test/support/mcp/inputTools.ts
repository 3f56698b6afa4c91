/** Tools that answer with what they still need, as servers of 2026-07-28 do, and are called again with it. */
import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './contentTools.ts';

/** What goes to the client and comes back is signed, so that nobody changes it on its way. */
const state = z.object({ round: z.number(), name: z.string().optional(), nonce: z.string() });
export const states = createRequestStateCodec<z.infer<typeof state>>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});
const mint = (round: number, name?: string) =>
  states.mint({ round, nonce: crypto.randomUUID(), ...(name === undefined ? {} : { name }) });

type Field = { type: 'string' } | { type: 'boolean' };
const form = (message: string, name: string, field: Field) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [name]: field }, required: [name] },
  });
const userName = () => form('What is your name?', 'name', { type: 'string' });
const greeting = () =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: 'Generate a greeting' } }],
    maxTokens: 50,
  });
const confirm = () => form('Please confirm', 'ok', { type: 'boolean' });
const named = z.object({ name: z.string() });
const envelope = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.record(z.string(), z.unknown()),
});

type Answer = CallToolResult | InputRequiredResult;

export function registerInputTools(server: McpServer): void {
  const tool = (
    name: string,
    description: string,
    run: (context: ServerContext) => Answer | Promise<Answer>,
  ) =>
    server.registerTool(name, { description, inputSchema: z.object({}) }, (_values, context) => run(context));

  tool('test_input_required_result_elicitation', 'Needs a name', ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', named);
    return given
      ? text(`Hello, ${given.name}!`)
      : inputRequired({ inputRequests: { user_name: userName() } });
  });
  const needsOne = (name: string, key: string, ask: () => InputRequests[string]) =>
    tool(name, `Needs ${key}`, ({ mcpReq }) => {
      const given = mcpReq.inputResponses?.[key];
      return given === undefined
        ? inputRequired({ inputRequests: { [key]: ask() } })
        : text(`Given: ${JSON.stringify(given)}`);
    });
  needsOne('test_input_required_result_sampling', 'capital_question', greeting);
  needsOne('test_missing_capability', 'llm_answer', greeting);
  needsOne('test_input_required_result_list_roots', 'client_roots', () => inputRequired.listRoots());

  const confirmed = (name: string, words: string) =>
    tool(name, 'Needs a confirmation, and its own state back', async ({ mcpReq }) =>
      acceptedContent(mcpReq.inputResponses, 'confirm') && mcpReq.requestState() !== undefined
        ? text(words)
        : inputRequired({ inputRequests: { confirm: confirm() }, requestState: await mint(1) }),
    );
  confirmed('test_input_required_result_request_state', 'state-ok: it came back as it went.');
  confirmed('test_input_required_result_tampered_state', 'integrity-ok: it came back as it went.');

  tool('test_input_required_result_multiple_inputs', 'Needs three things at once', async ({ mcpReq }) => {
    const wanted = { user_name: userName(), greeting: greeting(), client_roots: inputRequired.listRoots() };
    const given = mcpReq.inputResponses ?? {};
    return Object.keys(wanted).every((key) => given[key] !== undefined)
      ? text(`Given: ${JSON.stringify(given)}`)
      : inputRequired({ inputRequests: wanted, requestState: await mint(1) });
  });
  tool(
    'test_input_required_result_multi_round',
    'Needs two things, one after the other',
    async ({ mcpReq }) => {
      const earlier = state.safeParse(mcpReq.requestState()).data;
      if (!earlier)
        return inputRequired({ inputRequests: { step1: userName() }, requestState: await mint(1) });
      if (earlier.round === 1) {
        const name = acceptedContent(mcpReq.inputResponses, 'step1', named)?.name;
        const step2 = form('What is your favourite colour?', 'color', { type: 'string' });
        return inputRequired({ inputRequests: { step2 }, requestState: await mint(2, name) });
      }
      return text(`${earlier.name}: ${JSON.stringify(mcpReq.inputResponses)}`);
    },
  );
  tool('test_input_required_result_capabilities', 'Needs what the client can give', ({ mcpReq }) => {
    if (mcpReq.inputResponses !== undefined) return text('Given.');
    const can = envelope.parse(mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY];
    const inputRequests: InputRequests = {
      ...(can.elicitation === undefined ? {} : { user_name: userName() }),
      ...(can.sampling === undefined ? {} : { greeting: greeting() }),
      ...(can.roots === undefined ? {} : { client_roots: inputRequired.listRoots() }),
    };
    return Object.keys(inputRequests).length === 0
      ? text('This client gives nothing.')
      : inputRequired({ inputRequests });
  });
}
