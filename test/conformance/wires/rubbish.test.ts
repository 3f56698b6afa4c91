/** An upstream that sends what no API sends: whoever asked hears of an error or of an end, and nothing of it is kept as an answer. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { bearer, call, startTestBridge, type TestBridge } from '../bridge/support.ts';

const canary = 'canary-of-the-rubbish';
const head = (type: string, more = '') =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${more}connection: close\r\n\r\n`;
const events = head('text/event-stream');
const json = head('application/json');
const message =
  '{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}';
const start = `event: message_start\ndata: {"type":"message_start","message":${message}}\n\n`;

const rubbish: [what: string, bytes: () => (string | Buffer)[]][] = [
  ['bytes that are no HTTP', () => [randomBytes(4096)]],
  ['a status line alone', () => ['HTTP/1.1 200 OK\r\n']],
  ['nothing at all', () => []],
  [
    'a page of a hotel’s network',
    () => [head('text/html'), `<html><body>Please log in ${canary}</body></html>`],
  ],
  ['bytes as JSON', () => [json, randomBytes(10_000)]],
  ['JSON of another shape', () => [json, `{"hello":"${canary}"}`]],
  ['JSON that is a number', () => [json, '42']],
  ['JSON that nests without end', () => [json, '['.repeat(200_000)]],
  ['half a JSON', () => [json, `{"id":"msg_1","content":[{"type":"text","text":"${canary}`]],
  ['more or fewer bytes than it says', () => [head('application/json', 'content-length: 5000\r\n'), '{}']],
  ['an empty stream', () => [events]],
  ['bytes as a stream', () => [events, randomBytes(20_000)]],
  ['events that are no JSON', () => [events, start, `event: content_block_delta\ndata: {${canary}\n\n`]],
  ['events of kinds nobody knows', () => [events, 'event: dance\ndata: {"type":"dance"}\n\n']],
  [
    'events in an order that cannot be',
    () => [events, `event: content_block_stop\ndata: {"type":"content_block_stop","index":7}\n\n`],
  ],
  [
    'a part of a block that never began',
    () => [
      events,
      start,
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"${canary}"}}\n\n`,
    ],
  ],
  [
    'fields of other types',
    () => [
      events,
      `event: message_start\ndata: {"type":"message_start","message":null}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`,
    ],
  ],
  ['usage below zero', () => [events, start.replaceAll(':1}', ':-5}')]],
  ['a line that never ends', () => [events, `data: ${'x'.repeat(3 * 1024 * 1024)}`]],
  [
    'zipped bytes that nobody asked for',
    () => [head('application/json', 'content-encoding: gzip\r\n'), gzipSync(Buffer.alloc(5_000_000))],
  ],
  [
    'text that is no UTF-8',
    () => [events, start, Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a, 0x0a])],
  ],
];

describe('an upstream that sends rubbish', function () {
  this.timeout(30_000);
  let test: TestBridge;
  let fake: FakeAnthropic;
  let upstream: Server;
  let bytes: () => (string | Buffer)[] = () => [];
  const open = new Set<Socket>();

  before(async () => {
    upstream = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
      socket.once('data', () => {
        for (const part of bytes()) socket.write(part);
        socket.end();
      });
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    fake = await startFakeAnthropic();
    test = await startTestBridge({ fake: { ...fake, url: `http://127.0.0.1:${port}` } });
  });
  after(async () => {
    await test.close();
    await fake.close();
    for (const socket of open) socket.destroy();
    upstream.close();
  });

  const ask = {
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hello?' }],
  };
  /** All of an answer, however it ends; the wires pass on what came until it broke. */
  async function whole(
    path: string,
    body: object,
  ): Promise<{ status: number; text: string; broke: boolean }> {
    const answered = await fetch(`${test.url}${path}`, {
      method: 'POST',
      headers: {
        ...bearer(test.token),
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
      },
      body: JSON.stringify(body),
    });
    let text = '';
    try {
      for await (const chunk of answered.body ?? []) text += Buffer.from(chunk).toString('latin1');
      return { status: answered.status, text, broke: false };
    } catch {
      // A connection that is cut says that what came is not all.
      return { status: answered.status, text, broke: true };
    }
  }

  for (const [what, made] of rubbish) {
    it(`${what}: a stream to a program ends as an error or is cut, and never as a whole answer`, async () => {
      bytes = made;
      for (const path of ['/v1/messages', '/v1/chat/completions']) {
        const { status, text, broke } = await whole(path, { ...ask, stream: true });
        const said = status >= 400 || broke || /event: error|"error":|"type":"error"/.test(text);
        // Anthropic's wire passes on what upstream itself ends, for the client to judge.
        const isWhole =
          path === '/v1/messages' && made().some((part) => String(part).includes('message_stop'));
        assert.ok(
          said || isWhole || !text.includes('event: message_stop'),
          `${path} ${status} ${text.slice(0, 300)}`,
        );
        assert.doesNotMatch(text, /data: \[DONE\]/);
      }
    });

    it(`${what}: a turn of a session fails, and the bridge goes on`, async () => {
      bytes = made;
      const { id } = await test.core.store.create({ door: 'bridge' });
      const { status, body } = await call(test, 'POST', `/v1/sessions/${id}/turns`, { text: 'Hello?' });
      assert.ok(status >= 400, JSON.stringify(body));
      assert.equal(typeof body.error.code, 'string');
      assert.doesNotMatch(JSON.stringify(body), new RegExp(`${canary}|node_modules|file://`));
      const [, entry] = await test.core.store.log(id);
      assert.ok(entry?.kind === 'assistant');
      assert.equal(entry.outcome, 'failed');
      assert.equal((await call(test, 'GET', `/v1/sessions/${id}`)).status, 200);
      assert.ok(!test.logged.some((line) => line.includes(canary)));
    });
  }
});
