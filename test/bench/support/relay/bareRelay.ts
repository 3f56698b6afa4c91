/**
 * The limit for a relay on Node: `node:http` and an undici Pool, which reads the request as JSON, compares one token
 * and reads the usage of the answer. Prints its port. Arguments: the upstream's port, the token.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const [upstreamPort = '', token = ''] = process.argv.slice(2);
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 512 });
const total = { calls: 0, tokens: 0 };

async function relay(url: string, body: Buffer, response: ServerResponse): Promise<void> {
  const { stream } = JSON.parse(body.toString('utf8')) as { stream?: boolean };
  const answer = await pool.request({
    method: 'POST',
    path: url,
    headers: {
      'content-type': 'application/json',
      'x-api-key': 'sk-upstream',
      'anthropic-version': '2023-06-01',
    },
    body,
  });
  const headers = {
    'content-type': String(answer.headers['content-type']),
    'request-id': String(answer.headers['request-id']),
  };
  total.calls++;
  if (!stream) {
    const text = await answer.body.text();
    const { usage } = JSON.parse(text) as { usage: { output_tokens: number } };
    total.tokens += usage.output_tokens;
    response.writeHead(answer.statusCode, headers).end(text);
    return;
  }
  response.writeHead(answer.statusCode, headers);
  let last = '';
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    last = chunk.toString('utf8');
    const at = last.indexOf('"type":"message_delta"');
    if (at >= 0) {
      const data = last.slice(last.lastIndexOf('\n', at) + 7, last.indexOf('\n', at));
      total.tokens += (JSON.parse(data) as { usage: { output_tokens: number } }).usage.output_tokens;
    }
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

const server = createServer((request, response) => {
  if (request.headers['x-api-key'] !== token) {
    response.writeHead(401).end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    relay(request.url ?? '/', Buffer.concat(chunks), response).catch(() => response.destroy());
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
