/**
 * Claude's API as the soak sees it: prepared answers to relayed calls, by the model they name; and to turns of sessions
 * an answer that differs from turn to turn, and frames where they are asked for. It keeps nothing. Prints its port.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MessagesBody } from '../../../support/anthropic/validate.ts';
import { frameFor } from '../frameFor.ts';
import { answerBody, pacedModel, streamDeltas, streamEnd, streamStart } from '../relay/messages.ts';
import { sentence } from '../words.ts';
import { refusedModel } from './requests.ts';

const event = (data: { type: string; [field: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

function streamOf(text: string): string {
  const start = streamStart;
  const delta = event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
  return start + delta + streamEnd;
}

const wholeOf = (text: string): string =>
  JSON.stringify({ ...JSON.parse(answerBody), content: [{ type: 'text', text }] });

const streamType = { 'content-type': 'text/event-stream; charset=utf-8' };
const jsonType = { 'content-type': 'application/json' };
const refusal = JSON.stringify({
  type: 'error',
  error: { type: 'invalid_request_error', message: 'messages: at least one message is required' },
});

/** A stream that takes its time, so that a client can leave it. */
async function pace(response: ServerResponse): Promise<void> {
  response.writeHead(200, streamType).write(streamStart);
  for (const delta of streamDeltas) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (response.destroyed) return;
    response.write(delta);
  }
  response.end(streamEnd);
}

function answerTurn(body: MessagesBody, response: ServerResponse): void {
  const text = body.output_config?.format ? frameFor(body) : sentence(90);
  if (body.stream) response.writeHead(200, streamType).end(streamOf(text));
  else response.writeHead(200, jsonType).end(wholeOf(text));
}

function answer(path: string, body: Buffer, response: ServerResponse): void {
  response.setHeader('request-id', 'req_011CSHoEeqs5C35K2UUqR7Fy');
  const beginning = body.toString('latin1', 0, 200);
  if (path.includes('count_tokens')) {
    response.writeHead(200, jsonType).end(JSON.stringify({ input_tokens: Math.ceil(body.length / 4) }));
  } else if (beginning.includes(refusedModel)) response.writeHead(400, jsonType).end(refusal);
  else if (beginning.includes(pacedModel)) void pace(response);
  else if (beginning.includes('"Why is it flaky? ')) {
    const streams = beginning.includes('"stream":true');
    if (streams) response.writeHead(200, streamType).end(streamStart + streamDeltas.join('') + streamEnd);
    else response.writeHead(200, jsonType).end(answerBody);
  } else answerTurn(JSON.parse(body.toString('utf8')), response);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  response.on('error', () => response.destroy());
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(request.url ?? '', Buffer.concat(chunks), response));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
