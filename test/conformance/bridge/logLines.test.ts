import assert from 'node:assert/strict';
import { answer } from '../../support/anthropic/script.ts';
import { bearer, rawAnswer, startTestBridge, type TestBridge } from './support.ts';

/** What would pass for a line of the log, in the ways in which bytes that end a line can be written. */
const forged = '2026-01-01 [info] FORGED 200';
const breaks = ['\n', '\r\n', '\u2028', '\u2029', '\u0085', '\u001b[2K\r'];
const encoded = ['%0a', '%0d%0a', '%E2%80%A8', '%C2%85', '%1b[2K', '%00'];

describe('bridge: lines of the log', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${test.url}${path}`, {
      method: 'POST',
      headers: { ...bearer(test.token), 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    }).then((got) => got.text());

  it('threat 19: are ours alone, whatever a program puts where it is written or sent', async () => {
    const session = (await test.core.store.create({ door: 'panel' })).id;
    for (const end of breaks) {
      const text = `x${end}${forged}`;
      test.core.fake.enqueue(answer(text));
      await post(`/v1/sessions/${session}/turns`, { text });
      await post('/v1/sessions', { title: text });
      await post('/v1/messages', { model: text, max_tokens: 1, messages: [] });
      await post('/v1/chat/completions', { model: text, messages: [] });
      await post('/v1/clients', { name: text, scopes: [text] }, { authorization: '' });
      await post(`/v1/sessions/${session}/turns`, { text: 'x', model: `a/${text}`, [text]: 1 });
      await post('/v1/prompts/none', { input: { [text]: text } });
      await post('/mcp', { jsonrpc: '2.0', id: text, method: text, params: { name: text } });
      await post('/mcp', {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: text, arguments: { [text]: text } },
      });
    }
    for (const end of encoded)
      for (const path of [
        `/v1/${end}${forged}`,
        `/v1/sessions/${end}${forged}/events`,
        `/health?x=${end}${forged}`,
      ]) {
        const target = path.replaceAll(' ', '%20');
        await rawAnswer(
          test.port,
          `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\nAuthorization: Bearer ${test.token}\r\nLast-Event-ID: ${end}\r\nX-Causeway-Workspace: ${target}\r\nConnection: close\r\n\r\n`,
        );
      }
    for (const method of ['FOO', 'POST\tX', 'GET\x1b'])
      await rawAnswer(test.port, `${method} /v1/${forged} HTTP/1.1\r\nHost: x\r\n\r\n`).catch(() => '');
    const lines = [...test.logged, ...test.core.logged];
    assert.ok(lines.length > 20);
    for (const line of lines) {
      assert.doesNotMatch(line, /FORGED/, line);
      // Stacks are of our own code, one frame a line.
      const [first = ''] = line.split('\n    at ');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
      assert.doesNotMatch(first.trimEnd(), /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/, JSON.stringify(line));
    }
  });
});
