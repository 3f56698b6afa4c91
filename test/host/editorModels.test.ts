import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ProviderEvent, ProviderRequest } from '../../src/core/providers/provider.ts';
import { EditorModels } from '../../src/host/editorModels.ts';
import { until } from '../support/vscode/until.ts';
import { withSessions } from './support/sessions.ts';
import { closeEditors, run, set, show, started, write } from './support/window.ts';

const silent = () => undefined;
const name = 'causeway-test/echo';

const ask = (text: string, more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  model: name,
  system: [{ text: 'Be brief.' }],
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  tools: [],
  maxOutputTokens: 1_000,
  question: text,
  ...more,
});

describe('Models that other extensions give to the editor', () => {
  const models = new EditorModels({ info: silent, warn: silent, error: silent });
  before(async () => {
    await started();
    await until(
      'the model',
      async () => (await vscode.lm.selectChatModels({ vendor: 'causeway-test' })).length > 0,
    );
  });

  async function events(request: ProviderRequest, stop?: AbortController): Promise<ProviderEvent[]> {
    const all: ProviderEvent[] = [];
    for await (const event of models.stream(request, stop?.signal ?? new AbortController().signal)) {
      all.push(event);
      if (event.type === 'text') stop?.abort();
    }
    return all;
  }
  const textOf = (all: readonly ProviderEvent[]) =>
    all.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');

  it('are listed with what they take', async () => {
    const found = (await models.models()).find(({ id }) => id === name);
    assert.deepEqual([found?.name, found?.window, found?.price], ['Echo', 24_096, undefined]);
  });

  it('stream an answer, with tokens as they count them', async () => {
    const all = await events(ask('Why?'));
    assert.equal(textOf(all), '2 messages. You said: Why?');
    const last = all.at(-1);
    assert.ok(last?.type === 'stop' && last.stopReason === 'end_turn');
    assert.ok(last.usage.inputTokens > 5 && last.usage.outputTokens > 5);
  });

  it('call tools, and read what those said', async () => {
    const tools = [{ name: 'find', description: 'Finds.', inputSchema: { properties: {} } }];
    const all = await events(ask('call it', { tools }));
    assert.deepEqual(
      all.filter(({ type }) => type === 'tool_use'),
      [{ type: 'tool_use', block: 1, id: 'call_1', name: 'find', input: { text: 'a' } }],
    );
    const answered = await events(
      ask('', {
        tools,
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'call it' }] },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', name: 'find', input: {} }] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: 'here' }] },
            ],
          },
        ],
      }),
    );
    assert.equal(textOf(answered), 'The tool said: here');
  });

  it('stop when they are told to', async () => {
    const all = await events(ask('slow'), new AbortController());
    assert.deepEqual([textOf(all), all.at(-1)], ['one ', { type: 'aborted' }]);
  });

  it('that fail say so, and nothing of what they were sent', async () => {
    const last = (await events(ask('fail'))).at(-1);
    assert.ok(last?.type === 'error');
    assert.equal(last.error.code, 'provider_failed');
    assert.ok(!JSON.stringify(last).includes('secret'));
  });

  it('that are gone are not known', async () => {
    const last = (await events(ask('Why?', { model: 'causeway-test/gone' }))).at(-1);
    assert.ok(last?.type === 'error' && last.error.code === 'model_not_found');
  });

  it('answer in a session once they are named, and the answer says which', async () => {
    await write('echo.txt', 'first line\n');
    await set('model', `vscode/${name}`);
    try {
      await run('causeway.newSession');
      await show('echo.txt', 1, 1);
      await run('causeway.explain');
      await until('the answer', () =>
        withSessions(async (sessions) => {
          for (const { id } of await sessions.list({ limit: 5 })) {
            const path = await sessions.path(id);
            if (path.some((one) => one.kind === 'assistant' && one.model === name && one.outcome === 'done'))
              return true;
          }
          return false;
        }),
      );
    } finally {
      await set('model', undefined);
      await closeEditors();
    }
  });
});
