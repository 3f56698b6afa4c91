/** Tools of which the conformance suite reads what comes back, and what is told meanwhile. */
import type { CallToolResult, McpServer, ServerContext, ServerNotifier } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { png, wav } from './samples.ts';

export const text = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] });
const resource = (uri: string, mimeType: string, words: string) =>
  ({ type: 'resource', resource: { uri, mimeType, text: words } }) as const;
const image = { type: 'image', data: png, mimeType: 'image/png' } as const;

export function registerContentTools(server: McpServer, notify: ServerNotifier): void {
  const tool = (
    name: string,
    description: string,
    run: (context: ServerContext) => CallToolResult | Promise<CallToolResult>,
  ) =>
    server.registerTool(name, { description, inputSchema: z.object({}) }, (_values, context) => run(context));

  tool('test_simple_text', 'Answers with text', () => text('A simple text.'));
  tool('test_image_content', 'Answers with a picture', () => ({ content: [image] }));
  tool('test_audio_content', 'Answers with a sound', () => ({
    content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }],
  }));
  tool('test_embedded_resource', 'Answers with a resource', () => ({
    content: [resource('test://embedded-resource', 'text/plain', 'An embedded resource.')],
  }));
  tool('test_multiple_content_types', 'Answers with text, a picture and a resource', () => ({
    content: [
      { type: 'text', text: 'Several at once:' },
      image,
      resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }));
  tool('test_error_handling', 'Fails', () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  tool('test_tool_with_logging', 'Logs three lines', async ({ mcpReq }) => {
    for (const data of ['Started', 'Working', 'Done'])
      await mcpReq.notify({ method: 'notifications/message', params: { level: 'info', data } });
    return text('Logged three lines.');
  });
  tool('test_logging_tool', 'Logs for whoever asked for it', async ({ mcpReq }) => {
    await mcpReq.log('info', 'A line for those that asked for lines.');
    return text('Logged.');
  });
  tool('test_tool_with_progress', 'Tells how far it has come', async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken === undefined) return text('Nobody asked how far it has come.');
    for (const progress of [0, 50, 100])
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 100, message: `${progress} of 100` },
      });
    return text(String(progressToken));
  });
  tool('test_streaming_elicitation', 'Answers, and asks for nothing', () => text('Nothing was asked.'));
  tool('test_trigger_tool_change', 'Says that the tools have changed', () => {
    notify.toolsChanged();
    return text('Said so.');
  });
  tool('test_trigger_prompt_change', 'Says that the prompts have changed', () => {
    notify.promptsChanged();
    return text('Said so.');
  });
}
